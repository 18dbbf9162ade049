import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, graft, json } from '../graft.ts';

const { onnx } = onnxProto;
const hostile = '\x1b[31m\x1b]0;PWN\x07\x9b2J\u202e\n::error::forged';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-output-'));
  json(folder, 'backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'host.onnx');
  json(folder, 'adapter', 'init', 'host.onnx', '-o', 'adapter');
  const config = join(folder, 'adapter/adapter_config.json');
  const { base, ...rest } = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(config, JSON.stringify({ ...rest, base: { ...base, family: hostile } }));
  const model = onnx.ModelProto.decode(readFileSync(join(folder, 'host.onnx')));
  model.producerName = hostile;
  for (const node of model.graph!.node!) {
    node.input = node.input!.map((name) => (name === 'output' ? hostile : name));
    node.output = node.output!.map((name) => (name === 'output' ? hostile : name));
  }
  model.graph!.output![0]!.name = hostile;
  writeFileSync(join(folder, 'hostile.onnx'), onnx.ModelProto.encode(model).finish());
  writeFileSync(
    join(folder, 'graft.config.json'),
    JSON.stringify({
      jobs: [
        { name: 'a', source: { onnx: 'host.onnx' }, adapters: ['./adapter'], output: 'out.onnx' },
      ],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('names that come from files', () => {
  it.each([
    [['inspect', 'hostile.onnx']],
    [['inspect', 'hostile.onnx', '--json']],
    [['check', 'hostile.onnx']],
    [['diff', 'host.onnx', 'hostile.onnx']],
    [['plan', 'hostile.onnx', '--adapter', 'init']],
    [['adapter', 'info', './adapter']],
    [['apply', 'host.onnx', '--adapter', './adapter', '-o', 'out.onnx']],
    [['apply', 'host.onnx', '--adapter', './adapter', '-o', 'out.onnx', '--json', '--debug']],
    [['convert']],
    [['inspect', hostile]],
    [['inspect', 'host.onnx', `--${hostile}`]],
    [[hostile]],
  ])('are escaped by %j', (args) => {
    const { stdout, stderr } = graft(folder, ...args);
    const shown = stdout + stderr;
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(shown).not.toMatch(/^\s*::/m);
  });
});

describe('a target that is there', () => {
  it('is replaced if it is a graft whose nodes were damaged since, not if it is cut off', () => {
    const apply = () =>
      graft(folder, 'apply', 'host.onnx', '--adapter', 'init', '-o', 'again.onnx');
    expect(apply().status).toBe(0);
    const target = join(folder, 'again.onnx');
    const whole = readFileSync(target);
    const damaged = Buffer.from(whole);
    // The record of an operator: its tag, its length.
    const at = damaged.indexOf('\x22\x12LayerNormalization');
    damaged.fill(0xff, at, at + 20);
    writeFileSync(target, damaged);
    expect(graft(folder, 'check', 'again.onnx').status).toBe(5);
    expect(apply().status).toBe(0);
    expect(readFileSync(target).equals(whole)).toBe(true);
    writeFileSync(target, whole.subarray(0, -10));
    expect(apply()).toMatchObject({ status: 7, stderr: expect.stringContaining('--force') });
  });
});

describe.skipIf(process.platform !== 'linux')('output that cannot be written', () => {
  const shell = (script: string) =>
    spawnSync('sh', ['-c', script, 'sh', process.execPath, bin], { cwd: folder, encoding: 'utf8' });

  it.each(['--version', '--help', 'backbone list', 'backbone list --json'])(
    'an unwritable stdout ends `graft %s` with 7 and one line',
    (args) => {
      const { status, stderr } = shell(`"$1" "$2" ${args} > /dev/full`);
      expect(stderr).toMatch(/^graft: standard output could not be written: .*ENOSPC.*\n$/);
      expect(status).toBe(7);
    },
  );

  it('an unwritable stderr ends it with 7, and both silently', () => {
    expect(shell('"$1" "$2" inspect none.onnx 2> /dev/full').status).toBe(7);
    const both = shell('"$1" "$2" backbone list > /dev/full 2> /dev/full');
    expect(both).toMatchObject({ status: 7, stderr: '' });
  });

  it('a reader that closes the pipe early is no failure', () => {
    const { status, stderr } = shell(
      '"$1" "$2" backbone list --json | true; "$1" "$2" --help | head -n 1',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('a deleted working folder gives one line and exit 7', () => {
    mkdirSync(join(folder, 'gone'));
    const { status, stderr } = shell('cd gone && rmdir ../gone && "$1" "$2" backbone list');
    expect(stderr).toBe(
      'graft backbone list: the working folder is gone; change to one that exists.\n',
    );
    expect(status).toBe(7);
  });
});

describe('colour', () => {
  const failed = (env: Record<string, string>) =>
    spawnSync(process.execPath, [bin, 'inspect', 'none.onnx'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    }).stderr;

  it('is off without a terminal, forced by FORCE_COLOR and disabled by NO_COLOR', () => {
    expect(failed({})).toMatch(/^graft inspect: /);
    expect(failed({ FORCE_COLOR: '1' })).toContain('\x1b[31mgraft inspect:\x1b[39m none.onnx');
    expect(failed({ NO_COLOR: '1' })).toMatch(/^graft inspect: /);
    expect(failed({ FORCE_COLOR: '0' })).toMatch(/^graft inspect: /);
  });
});
