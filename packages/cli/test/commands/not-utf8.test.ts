import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backbonePresets, buildBackbone } from '@pip-graft/graft';
import { saveExternalized } from '@pip-graft/graft/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, graft } from '../graft.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-latin-'));
afterAll(() => rmSync(folder, { recursive: true }));

const photo = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
const latin = (name: string) =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);

/** Runs the command with arguments in Latin-1, which Node cannot pass to a process: a shell can. */
function run(...args: string[]) {
  const words = args.map((arg) => {
    const octal = [...Buffer.from(arg, 'latin1')].map((byte) => `\\${byte.toString(8)}`).join('');
    return `"$(printf '${octal}')"`;
  });
  const line = `exec "${process.execPath}" "${bin}" ${words.join(' ')}`;
  return spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' });
}

describe.runIf(process.platform === 'linux')('names that are not UTF-8', () => {
  beforeAll(async () => {
    const model = buildBackbone(backbonePresets['nafnet-tiny'], 1);
    mkdirSync(join(folder, 'plain'));
    await saveExternalized(model, join(folder, 'plain/host.onnx'));
    expect(graft(folder, 'adapter', 'init', 'plain/host.onnx', '-o', 'rain').status).toBe(0);
    renameSync(join(folder, 'rain'), latin('pl\xfcie'));
    renameSync(join(folder, 'plain/host.onnx'), latin('plain/h\xf4te.onnx'));
    renameSync(join(folder, 'plain'), latin('mod\xe8les'));
  });

  it('are found: a host with external data, in a folder, and an adapter', () => {
    const host = 'mod\xe8les/h\xf4te.onnx';
    for (const command of ['inspect', 'check']) {
      const { status, stderr } = run(command, host);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
    const { status, stderr } = run('apply', host, '--adapter', 'pl\xfcie', '-o', 'out/g.onnx');
    expect(stderr).not.toContain('could not');
    expect(status).toBe(0);
    expect(run('remove', 'out/g.onnx', '-o', 'out/h.onnx').status).toBe(0);
    expect(readFileSync(join(folder, 'out/h.onnx')).equals(readFileSync(latin(host)))).toBe(true);
  });

  it('are the names of what is written', () => {
    const host = 'mod\xe8les/h\xf4te.onnx';
    const outputs: [string, string[]][] = [
      ['r\xe9sultat.onnx', ['apply', host, '--adapter', 'init:labels=rain', '-o']],
      ['page\xe9.html', ['inspect', host, '--html']],
      ['\xe9t\xe9', ['adapter', 'init', host, '--labels', 'rain', '-o']],
      ['paquet\xe9', ['adapter', 'pack', '\xe9t\xe9', '--name', 'me', '--license', 'MIT', '-o']],
      ['r\xe9sultats', ['restore', 'r\xe9sultat.onnx', photo, '--degradation', 'rain', '-o']],
    ];
    for (const [name, words] of outputs) {
      const { status, stderr } = run(...words, name);
      expect({ name, status, stderr }).toMatchObject({ status: 0 });
      expect({ name, isThere: existsSync(latin(name)) }).toEqual({ name, isThere: true });
    }
    // A second run knows what the first one restored.
    const again = run(
      'restore',
      'r\xe9sultat.onnx',
      photo,
      '--degradation',
      'rain',
      '-o',
      'r\xe9sultats',
    );
    expect(again.stdout).toContain('skipped 1 already done');
  });

  it('are said to be missing if they are', () => {
    const { status, stderr } = run('inspect', 'mod\xe8les/autre\xe9.onnx');
    expect(status).toBe(7);
    expect(stderr).toMatch(/: could not be read: there is no such file or folder\.$/m);
  });
});
