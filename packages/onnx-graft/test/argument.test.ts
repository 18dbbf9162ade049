import { argument } from '@pip-graft/onnx-graft';
import { expect, test } from 'vitest';

const members = { stages: 'a list', output: 'text' } as const;
const check = (value: unknown) => () => argument.requireMembers(value, 'openRun', members);

test.each([
  [undefined, "openRun: it takes an object with 'stages', 'output' and was passed undefined."],
  [Promise.resolve({}), 'and was passed a promise; await it.'],
  [['x'], 'and was passed a list.'],
  [{ stages: [] }, "openRun: 'output' is text and was passed undefined."],
  [{ stages: 'x', output: 'x' }, "openRun: 'stages' is a list and was passed a string."],
])('an object without its members is rejected: %j', (value, message) => {
  expect(check(value)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
});

test('an object with its members passes', () => {
  expect(check({ stages: [], output: 'x', more: 1 })).not.toThrow();
});
