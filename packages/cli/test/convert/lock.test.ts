import { describe, expect, it } from 'vitest';
import { decodeLock, encodeLock, inputDifferences } from '../../src/convert/lock.ts';
import { version } from '../../src/version.ts';

const job = {
  options: { precision: 'float16', 'source.seed': 1 },
  inputs: { 'host.onnx': 'sha256:1' },
  outputs: { 'g.onnx': 'sha256:2' },
};

describe('a lock', () => {
  it.each(['constructor', 'toString', '__proto__'])(
    'finds a job called %s only if it is there',
    (name) => {
      const none = decodeLock(encodeLock(new Map([['other', job]])), 'graft.lock.json');
      expect(inputDifferences(none, name, {}, {})).toEqual(['the lock has no such job']);
      const lock = decodeLock(encodeLock(new Map([[name, job]])), 'graft.lock.json');
      expect(inputDifferences(lock, name, job.options, job.inputs)).toEqual([]);
      const changed = { 'source.seed': 2, 'gates.validate': true };
      expect(inputDifferences(lock, name, changed, { [name]: 'x', ...job.inputs })).toEqual([
        'option \'precision\' is not set, locked as "float16"',
        "option 'source.seed' is 2, locked as 1",
        "option 'gates.validate' is true, locked as not set",
        `'${name}' is x, locked as not read`,
      ]);
    },
  );

  it.each(['{"format":1,"tool":"0.1.0","jobs":[]}', '{"format":1,"tool":"0.1.0","jobs":{"a":1}}'])(
    'rejects %s',
    (text) => expect(() => decodeLock(text, 'graft.lock.json')).toThrow(/not a lock file/),
  );

  it('reports which version of the tool wrote it', () => {
    const text = encodeLock(new Map([['a', job]])).replace(/"tool": "[^"]+"/, '"tool": "0.0.1"');
    const lock = decodeLock(text, 'graft.lock.json');
    expect(inputDifferences(lock, 'a', job.options, job.inputs)).toEqual([
      `the lock is of version 0.0.1, and this is ${version}`,
    ]);
  });
});
