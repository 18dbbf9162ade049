import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, json } from '../graft.ts';

const { onnx } = onnxProto;
const photo = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
let folder = '';

/** A model with a single Relu on an image of the given layout. */
function relu(dims: number[], extra: object = {}): Uint8Array {
  const value = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
  });
  const graph = {
    name: 'g',
    node: [{ opType: 'Relu', name: 'relu', input: ['x'], output: ['y'] }],
    input: [value('x')],
    output: [value('y')],
    ...extra,
  };
  return onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ version: 17 }], graph }).finish();
}

function external(location: string): Uint8Array {
  const initializer = [
    {
      name: 'w',
      dataType: 1,
      dims: [2],
      dataLocation: 1,
      externalData: [{ key: 'location', value: location }],
    },
  ];
  return relu([1, 3, 8, 8], { initializer });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-bad-'));
  const write = (name: string, bytes: Uint8Array | string) =>
    writeFileSync(join(folder, name), bytes);
  json(folder, 'backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'host.onnx');
  json(folder, 'backbone', 'build', 'nafnet', '--dim', '16', '--blocks', '1,1', '-o', 'wide.onnx');
  json(folder, 'apply', 'host.onnx', '--adapter', 'init', '-o', 'grafted.onnx');
  json(folder, 'adapter', 'init', 'host.onnx', '-o', 'adapter');
  const host = readFileSync(join(folder, 'host.onnx'));
  write('cut.onnx', host.subarray(0, host.length / 2));
  const damaged = Buffer.from(host);
  damaged.fill(0xff, 200, 260);
  write('corrupt.onnx', damaged);
  write('empty.onnx', '');
  write('text.onnx', 'just some text');
  // A graph whose length prefix is cut off in the middle.
  write('length.onnx', Uint8Array.from([0x08, 0x08, 0x3a, 0xff]));
  write('flat.onnx', relu([1, 3, 8, 8]));
  write('nhwc.onnx', relu([1, 64, 64, 3]));
  write('missing.onnx', external('weights.bin'));
  write('outside.onnx', external('../secret.bin'));
  write('link.onnx', external('link.bin'));
  symlinkSync('host.onnx', join(folder, 'link.bin'));
  write('zero.png', '');
  write('broken.png', 'not a picture');
  write('kept.txt', 'kept');
  mkdirSync(join(folder, 'a-folder'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cases: readonly (readonly [string, number, string, readonly string[]])[] = [
  ['a truncated file', 5, 'cut.onnx: byte', ['inspect', 'cut.onnx']],
  [
    'a corrupt file',
    5,
    'corrupt.onnx: byte',
    ['apply', 'corrupt.onnx', '--adapter', 'init', '-o', 'kept.txt', '--force'],
  ],
  [
    'an empty file',
    5,
    'empty.onnx: not an ONNX model: it is an empty file',
    ['inspect', 'empty.onnx'],
  ],
  [
    'a file that is not ONNX',
    5,
    'text.onnx: not an ONNX model',
    ['plan', 'text.onnx', '--adapter', 'init'],
  ],
  ['a cut protobuf length', 5, 'length.onnx: byte', ['check', 'length.onnx']],
  [
    'no skip connections',
    3,
    'no skip connection',
    ['apply', 'flat.onnx', '--adapter', 'init', '-o', 'kept.txt', '--force'],
  ],
  [
    'NHWC',
    3,
    'channels come last',
    ['apply', 'nhwc.onnx', '--adapter', 'init', '-o', 'kept.txt', '--force'],
  ],
  [
    'a second graft',
    3,
    'already carries a graft',
    ['apply', 'grafted.onnx', '--adapter', 'init', '-o', 'kept.txt', '--force'],
  ],
  [
    'an adapter for other channels',
    4,
    'wide.onnx',
    ['apply', 'wide.onnx', '--adapter', './adapter', '-o', 'kept.txt', '--force'],
  ],
  [
    'other channels, insisting',
    4,
    '8',
    [
      'apply',
      'wide.onnx',
      '--adapter',
      './adapter',
      '--allow-unbound',
      '-o',
      'kept.txt',
      '--force',
    ],
  ],
  [
    'an unknown label to bake',
    2,
    "'snow'",
    ['apply', 'host.onnx', '--adapter', 'init', '--bake', 'snow', '-o', 'kept.txt', '--force'],
  ],
  [
    'an unknown label to restore',
    2,
    "'snow'",
    ['restore', 'grafted.onnx', photo, '-o', 'out', '--degradation', 'snow'],
  ],
  [
    'negative weights',
    2,
    'rain=-1',
    ['restore', 'grafted.onnx', photo, '-o', 'out', '--degradation', 'rain=-1'],
  ],
  [
    'all-zero weights to bake',
    2,
    'all zero, which is the host as it is',
    ['apply', 'host.onnx', '--adapter', 'init', '--bake', 'rain=0', '-o', 'kept.txt', '--force'],
  ],
  ['an image of zero size', 5, 'zero.png', ['restore', 'grafted.onnx', 'zero.png', '-o', 'out']],
  ['a broken image', 5, 'broken.png', ['restore', 'grafted.onnx', 'broken.png', '-o', 'out']],
  ['a missing image', 7, 'none.png', ['restore', 'grafted.onnx', 'none.png', '-o', 'out']],
  [
    'a target that is a folder',
    7,
    'a-folder',
    ['apply', 'host.onnx', '--adapter', 'init', '-o', 'a-folder'],
  ],
  [
    'a target below a file',
    7,
    'kept.txt',
    ['apply', 'host.onnx', '--adapter', 'init', '-o', 'kept.txt/out.onnx'],
  ],
  [
    'a target that is the host',
    2,
    'would replace the input',
    ['apply', 'host.onnx', '--adapter', 'init', '-o', './host.onnx'],
  ],
  [
    'a file that is no grafted model',
    7,
    'kept.txt: a file that is not a grafted model is there',
    ['apply', 'host.onnx', '--adapter', 'init', '-o', 'kept.txt'],
  ],
  [
    'the same, swapping',
    7,
    '--force to replace it',
    ['swap', 'grafted.onnx', '--adapter', 'init:seed=3', '-o', 'kept.txt'],
  ],
  [
    'a mistyped label',
    2,
    "did you mean 'rain'?",
    ['restore', 'grafted.onnx', photo, '-o', 'out', '--degradation', 'rian'],
  ],
  [
    'a mistyped adapter',
    7,
    "did you mean './adapter'?",
    ['plan', 'host.onnx', '--adapter', './adaptr'],
  ],
  [
    'a mistyped key of init',
    2,
    "did you mean 'mode'?",
    ['plan', 'host.onnx', '--adapter', 'init:mdoe=convgate'],
  ],
  ['an adapter over an adapter', 7, '--force', ['adapter', 'init', 'host.onnx', '-o', 'adapter']],
  [
    'a weight that float32 cannot hold',
    2,
    'rain=1e39',
    ['apply', 'host.onnx', '--adapter', 'init', '--bake', 'rain=1e39', '-o', 'kept.txt', '--force'],
  ],
  [
    'a target where no folder can be made',
    7,
    "/dev/null/out: '/dev/null' is a file; choose another path",
    ['restore', 'host.onnx', photo, '-o', '/dev/null/out'],
  ],
  ...(process.platform === 'linux'
    ? ([
        [
          'a folder that the system refuses',
          7,
          'could not be written',
          ['restore', 'host.onnx', photo, '-o', '/proc/out'],
        ],
      ] as const)
    : []),
  [
    'a model under the name of a folder',
    7,
    'new/: it ends like the name of a folder, but a file is written; choose another name.',
    ['apply', 'host.onnx', '--adapter', 'init', '-o', 'new/'],
  ],
  [
    'a model on standard output',
    7,
    '-: nothing is written to standard output; choose another name.',
    ['apply', 'host.onnx', '--adapter', 'init', '-o', '-'],
  ],
  [
    'an adapter on standard output',
    7,
    '-: nothing is written to standard output',
    ['adapter', 'init', 'host.onnx', '-o', '-'],
  ],
  ['an adapter over other files', 7, 'it holds files', ['adapter', 'init', 'host.onnx', '-o', '.']],
  ['missing external data', 7, 'weights.bin', ['inspect', 'missing.onnx']],
  ['external data outside its folder', 5, '../secret.bin', ['inspect', 'outside.onnx']],
  ['external data behind a link', 5, 'symbolic link', ['inspect', 'link.onnx']],
  ['a missing file', 7, 'none.onnx', ['inspect', 'none.onnx']],
  [
    'a missing adapter',
    7,
    "'nowhere'",
    ['apply', 'host.onnx', '--adapter', 'nowhere', '-o', 'kept.txt', '--force'],
  ],
  [
    'a host over a foreign file',
    7,
    'kept.txt: a file that is not this host is there; choose another name, or --force',
    ['remove', 'grafted.onnx', '-o', 'kept.txt'],
  ],
  [
    'a host over another host',
    7,
    'wide.onnx: a file that is not this host is there',
    ['remove', 'grafted.onnx', '-o', 'wide.onnx'],
  ],
  [
    'a network over a foreign file',
    7,
    'kept.txt: a file that is not a network that graft built is there',
    ['backbone', 'build', 'nafnet', '-o', 'kept.txt'],
  ],
  [
    'a network over a grafted one',
    7,
    'grafted.onnx: a file that is not a network that graft built is there',
    ['backbone', 'build', 'nafnet', '-o', 'grafted.onnx'],
  ],
  ['nothing to remove', 3, 'has no graft', ['remove', 'host.onnx', '-o', 'kept.txt']],
  [
    'an unknown key of init',
    2,
    "'colour=red'",
    ['plan', 'host.onnx', '--adapter', 'init:colour=red'],
  ],
  ['an unknown command', 2, "unknown command 'aply'", ['aply']],
  ['an unknown option', 2, "unknown option '--fast'", ['inspect', 'host.onnx', '--fast']],
  ['a missing option', 2, '--output', ['apply', 'host.onnx', '--adapter', 'init']],
  [
    'a number out of range',
    2,
    'from 11 to 23',
    ['backbone', 'build', 'nafnet', '--opset', '5', '-o', 'kept.txt', '--force'],
  ],
  [
    'sizes that do not fit',
    2,
    'heads',
    [
      'backbone',
      'build',
      'restormer',
      '--dim',
      '8',
      '--heads',
      '3,1,1,1',
      '-o',
      'kept.txt',
      '--force',
    ],
  ],
  ['an overlap of nothing', 2, 'pass --tiles', ['validate', 'grafted.onnx', '--overlap', '8']],
  [
    'a report over the model',
    2,
    'would replace the input',
    ['validate', 'grafted.onnx', '--html', 'grafted.onnx'],
  ],
  ['no time at all', 2, 'from 1 to', ['validate', 'grafted.onnx', '--time-limit', '0']],
  ['a device that is not there', 6, 'cuda', ['validate', 'grafted.onnx', '--device', 'cuda']],
];

describe('bad input', () => {
  it.each(cases)('%s: exit %i, one line that says %s', (_, status, text, args) => {
    const before = readdirSync(folder).sort();
    const ended = graft(folder, ...args);
    expect({ status: ended.status, stderr: ended.stderr, stdout: ended.stdout }).toMatchObject({
      status,
    });
    expect(ended.stderr + ended.stdout).toContain(text);
    expect(ended.stderr + ended.stdout).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder).sort()).toEqual(before);
    expect(readFileSync(join(folder, 'kept.txt'), 'utf8')).toBe('kept');
  });

  it('but a grafted model is replaced, and any file with --force', () => {
    const args = ['apply', 'host.onnx', '--adapter', 'init', '-o', 'replaced.onnx'];
    writeFileSync(join(folder, 'replaced.onnx'), 'another file');
    expect(graft(folder, ...args).status).toBe(7);
    expect(graft(folder, ...args, '--force').status).toBe(0);
    expect(graft(folder, ...args).status).toBe(0);
    rmSync(join(folder, 'replaced.onnx'));
  });

  it('warns about a strength far from 1', () => {
    const warned = (strength: string) =>
      graft(folder, 'restore', 'grafted.onnx', 'none.png', '-o', 'out', '--strength', strength)
        .stderr;
    expect(warned('1.6')).toContain('warning: --strength 1.6');
    expect(warned('-0.1')).toContain('warning: --strength -0.1');
    expect(warned('1.5')).not.toContain('warning');
  });

  it('reports errors as JSON with --json and a stack trace with --debug', () => {
    const ended = graft(folder, 'inspect', 'empty.onnx', '--json', '--debug');
    expect(JSON.parse(ended.stdout)).toEqual({
      error: {
        code: 'NOT_ONNX',
        message: 'empty.onnx: not an ONNX model: it is an empty file; download or export it again.',
      },
    });
    expect(ended.stderr).toMatch(/\n\s+at /);
  });
});

it('says why a job failed even if --quiet', () => {
  const job = { name: 'a', source: { onnx: 'nowhere.onnx' }, output: 'a.onnx' };
  writeFileSync(join(folder, 'failing.json'), JSON.stringify({ jobs: [job] }));
  const ended = graft(folder, 'convert', '-c', 'failing.json', '--no-cache', '--quiet');
  expect({ ...ended, stderr: ended.stderr.split(':').slice(0, 3) }).toEqual({
    status: 7,
    stdout: '',
    stderr: ['graft convert', ' a', expect.stringContaining('nowhere.onnx')],
  });
});
