import { describe, expect, it } from 'vitest';
import { decodeLock, encodeLock, inputDifferences } from '../../../src/convert/lock/lock.ts';

const job = {
  options: 'o',
  inputs: { 'host.onnx': 'sha256:1' },
  outputs: { 'g.onnx': 'sha256:2' },
};

describe('a lock', () => {
  it.each(['constructor', 'toString', '__proto__'])(
    'holds a job called %s, and only if it does',
    (name) => {
      const none = decodeLock(encodeLock(new Map([['other', job]])), 'graft.lock.json');
      expect(inputDifferences(none, name, 'o', {})).toEqual(['the lock has no such job']);
      const lock = decodeLock(encodeLock(new Map([[name, job]])), 'graft.lock.json');
      expect(inputDifferences(lock, name, 'o', job.inputs)).toEqual([]);
      expect(inputDifferences(lock, name, 'changed', { [name]: 'x', ...job.inputs })).toEqual([
        'its options in the config were changed',
        `'${name}' is x, locked as not read`,
      ]);
    },
  );

  it.each(['{"format":1,"tool":"0.1.0","jobs":[]}', '{"format":1,"tool":"0.1.0","jobs":{"a":1}}'])(
    'is not %s',
    (text) => expect(() => decodeLock(text, 'graft.lock.json')).toThrow(/no lock file/),
  );
});
