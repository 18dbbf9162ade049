import { own } from '@pip-graft/onnx-graft';
import { expect, it } from 'vitest';

it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'])(
  'own finds %s only if it was set',
  (name) => {
    expect(own({}, name)).toBeUndefined();
    expect(own(Object.fromEntries([[name, 1]]), name)).toBe(1);
  },
);
