import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSource } from '@pip-graft/onnx-graft/node';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['saved', 'saved_model.pb', /a folder with a TensorFlow SavedModel; export it to ONNX/],
  ['hub', 'model.onnx', /: it is a folder; pass the file in it, such as 'model\.onnx'\.$/],
  [
    'index',
    'model-00001-of-00002.safetensors model.safetensors.index.json',
    /, such as 'model\.safetensors\.index\.json'\.$/,
  ],
  [
    'bins',
    'pytorch_model-00001-of-00002.bin pytorch_model.bin.index.json',
    /, such as 'pytorch_model\.bin\.index\.json'\.$/,
  ],
  ['bin', 'config.json pytorch_model.bin', /, such as 'pytorch_model\.bin'\.$/],
  [
    'adapter',
    'adapter_config.json adapter_model.safetensors',
    /it is a folder with an adapter; pass it where an adapter is taken, such as --adapter, and a file here\.$/,
  ],
  ['shards', '__0_0.distcp', /a distributed PyTorch checkpoint; make one file of it with python/],
  ['stage', 'zero_to_fp32.py', /a DeepSpeed checkpoint; run the zero_to_fp32\.py in it/],
  ['photos', 'a.png', /: it is a folder; pass a file\.$/],
])('says what to pass in place of the folder %s', (name, inside, message) => {
  mkdirSync(join(folder, name));
  for (const each of inside.split(' ')) writeFileSync(join(folder, name, each), '');
  expect(() => fileSource(join(folder, name))).toThrow(
    expect.objectContaining({ code: 'READ_FAILED', message: expect.stringMatching(message) }),
  );
});

test('reads nothing after it is closed, and closes nothing a second time', () => {
  const [mine, other] = ['mine.bin', 'other.bin'].map((name) => join(folder, name));
  writeFileSync(mine!, 'mine');
  writeFileSync(other!, 'other');
  const source = fileSource(mine!);
  source.close();
  // The system gives the next file the number of the closed one.
  const next = fileSource(other!);
  try {
    const closed = expect.objectContaining({
      code: 'READ_FAILED',
      message: expect.stringContaining('closed before it was read'),
    });
    expect(() => source.read(0, 4)).toThrow(closed);
    expect(() => source.verify?.()).toThrow(closed);
    source.close();
    expect(new TextDecoder().decode(next.read(0, 5))).toBe('other');
  } finally {
    next.close();
  }
});
