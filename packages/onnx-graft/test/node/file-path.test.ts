import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  argumentPath,
  filePath,
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
