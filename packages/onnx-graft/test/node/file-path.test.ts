import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  argumentPath,
  filePath,
  followLink,
  ioError,
  listEntries,
  listNames,
  realPath,
} from '../../src/node/file-path.ts';
import { writeAtomic } from '../../src/node/write-atomic.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
/** A path in the folder with its name in Latin-1 bytes. */
const latin = (name: string) =>
  Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
/** The path as Node passes it from the command line. */
const argument = (name: string) => new TextDecoder().decode(latin(name));

describe.runIf(process.platform === 'linux')('names that are not UTF-8', () => {
  it('are listed separately and lead to their files', () => {
    for (const name of ['caf\xe9.png', 'caf\xe8.png', 'plain.png'])
      writeFileSync(latin(name), name);
    const names = listNames(folder);
    expect(new Set(names).size).toBe(3);
    for (const name of names)
      expect(readFileSync(filePath(join(folder, name)), 'utf8')).toMatch(/\.png$/);
    expect(listEntries(folder).map(({ name }) => name)).toEqual([...names].sort());
    for (const name of names) expect(realPath(join(folder, name)).endsWith(name)).toBe(true);
  });

  it('are written with their own bytes', async () => {
    writeFileSync(latin('caf\xe9.png'), '');
    const [name] = listNames(folder);
    await writeAtomic(join(folder, 'out', name!), (append) => append(Buffer.from('restored')));
    expect(readdirSync(join(folder, 'out'), 'latin1' as 'utf8')).toEqual(['caf\xe9.png']);
    expect(readFileSync(latin('out/caf\xe9.png'), 'utf8')).toBe('restored');
  });

  it('are found from an argument, unless two decode alike', () => {
    mkdirSync(latin('f\xfcr'));
    writeFileSync(latin('f\xfcr/caf\xe9.png'), 'this');
    const found = argumentPath(argument('f\xfcr/caf\xe9.png'));
    expect(readFileSync(filePath(found), 'utf8')).toBe('this');
    writeFileSync(latin('f\xfcr/caf\xe8.png'), 'other');
    const said = argument('f\xfcr/caf\xe9.png');
    expect(argumentPath(said)).toBe(said);
    expect(argumentPath(join(folder, 'nowhere\ufffd/a'))).toBe(join(folder, 'nowhere\ufffd/a'));
  });
});

it('names a temporary folder that cannot be written, with the way around it', () => {
  const full = Object.assign(new Error('no'), { code: 'ENOSPC' });
  expect(ioError('write', join(tmpdir(), '.pip-graft.1-a.tmp/host.onnx'), full).message).toMatch(
    /: the temporary folder could not be written: the disk is full; make room in it, or name another one in (TMPDIR|TEMP)\.$/,
  );
  expect(ioError('write', join(tmpdir(), 'host.onnx'), full).message).toBe(
    `${join(tmpdir(), 'host.onnx')}: could not be written: the disk is full; what was there is unchanged.`,
  );
});

it.each(['https://example.org/host.onnx', '/home/me/https:/example.org/host.onnx'])(
  'a URL is not read as a file: %s',
  (path) => {
    const absent = Object.assign(new Error(''), { code: 'ENOENT' });
    expect(ioError('read', path, absent).message).toBe(
      `${path}: could not be read: it is a URL, and files are read; download it first.`,
    );
  },
);

describe('followLink', () => {
  const at = (...names: string[]) => join(realpathSync(folder), ...names);
  beforeEach(() => {
    mkdirSync(join(folder, 'real/deep'), { recursive: true });
    symlinkSync('real/deep', join(folder, 'alias'));
  });

  it.each([
    ['a relative link in it', '../target.onnx'],
    ['a link to what is not there yet', '../new/below/target.onnx'],
    ['an absolute link through it', undefined],
  ])('leads above the folder itself if a folder is a link: %s', (_, to) => {
    symlinkSync(to ?? `${folder}/alias/../target.onnx`, join(folder, 'real/deep/out.onnx'));
    const target = (to ?? '../target.onnx').replace('../', '');
    expect(followLink(join(folder, 'alias/out.onnx'))).toBe(at('real', target));
  });

  it('follows a link to a link to a folder above', () => {
    symlinkSync('alias/..', join(folder, 'first'));
    symlinkSync('first', join(folder, 'second'));
    expect(followLink(join(folder, 'second'))).toBe(at('real'));
  });

  it('rejects a cycle of links, and names the path', () => {
    symlinkSync('alias/back', join(folder, 'round'));
    symlinkSync('../../round', join(folder, 'real/deep/back'));
    expect(() => followLink(join(folder, 'round'))).toThrow(
      `${folder}/round: could not be written: too many symbolic links; `,
    );
  });

  it('writes where the kernel would', async () => {
    symlinkSync('../target.onnx', join(folder, 'real/deep/out.onnx'));
    writeFileSync(join(folder, 'target.onnx'), 'of somebody else');
    writeFileSync(join(folder, 'real/target.onnx'), 'old');
    await writeAtomic(join(folder, 'alias/out.onnx'), (append) => append(Buffer.from('new')));
    expect(readFileSync(join(folder, 'alias/out.onnx'), 'utf8')).toBe('new');
    expect(readFileSync(join(folder, 'target.onnx'), 'utf8')).toBe('of somebody else');
  });
});
