import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLeftoverOf, sweepLeftovers, withoutLeftovers } from '../../src/node/sweep-leftovers.ts';
import { parseTemporaryName, processMark, temporaryPath } from '../../src/node/temporary-name.ts';

/** No system has a process with this id. */
const nobody = 4194305;
const { born, machine, pid } = processMark();
const mark = (id: number, since = born, where = machine) => `${id}-${since}-${where}-0123456789ab`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const put = (name: string, text = name) => writeFileSync(join(folder, name), text);
const there = () => readdirSync(folder).sort();
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('temporaryPath', () => {
  it('is beside its target, always different, and identifies its process', () => {
    const [a, b] = [temporaryPath('/x/a.onnx'), temporaryPath('/x/a.onnx')];
    expect(a).toMatch(/^\/x\/\.a\.onnx\.\d+-[0-9a-z]+-[0-9a-f]{8}-[0-9a-f]{12}\.tmp$/);
    expect(a).not.toBe(b);
    expect(parseTemporaryName(a.slice(3))).toMatchObject({
      target: 'a.onnx',
      kind: 'tmp',
      pid: process.pid,
      mark: { pid, born, machine },
    });
  });

  it.each([
    ['of one byte each', 'n'.repeat(255)],
    ['of three', '像'.repeat(85)],
    ['of four', '😀'.repeat(63)],
  ])('is a legal name beside one of 255 bytes, %s', (_, name) => {
    const path = temporaryPath(join(folder, name));
    expect(Buffer.byteLength(path.slice(folder.length + 1))).toBeLessThanOrEqual(255);
    writeFileSync(path, '');
    expect(there()).toEqual([path.slice(folder.length + 1)]);
    expect(isLeftoverOf(there()[0]!, [name])).toBe(true);
  });

  it.each(['.a.tmp', 'a.12.tmp', '.12.tmp', '.a.12.txt', '.a.b.tmp', '.a.12-zz.tmp'])(
    'is not %s',
    (name) => expect(parseTemporaryName(name)).toBeUndefined(),
  );
});

describe('sweepLeftovers', () => {
  it('removes leftovers of dead processes, also if the process id was reused', async () => {
    const gone = `.a.${mark(nobody)}.tmp`;
    // This process has the same id, but started at another time.
    const reused = `.a.${mark(pid, 'zzz')}.tmp`;
    const live = `.a.${mark(pid)}.tmp`;
    for (const name of [gone, reused, live, 'a', '.notes.tmp', '.b.4194305.tmp']) put(name);
    await sweepLeftovers(folder);
    expect(there()).toEqual([live, 'a', '.notes.tmp', '.b.4194305.tmp'].sort());
  });

  it('leaves files of the running parent alone', async () => {
    const child = spawnSync(process.execPath, ['-e', 'console.log(process.ppid)']);
    expect(Number(child.stdout)).toBe(process.pid);
    const name = `.a.${mark(process.ppid, '0')}.tmp`;
    put(name);
    await sweepLeftovers(folder);
    expect(there()).toEqual([name]);
  });

  it("removes another machine's leftovers only after an untouched day", async () => {
    const name = `.a.${mark(nobody, born, 'ffffffff')}.tmp`;
    put(name);
    await sweepLeftovers(folder);
    expect(there()).toEqual([name]);
    const past = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(join(folder, name), past, past);
    await sweepLeftovers(folder);
    expect(there()).toEqual([]);
  });

  it('claims a name with only a process id only if it belongs to a target', async () => {
    for (const name of ['.a.4194305.tmp', '.a.4194305-0.tmp', '.b.4194305.tmp']) put(name);
    put(`.a.${process.pid}.tmp`);
    await sweepLeftovers(folder, ['a']);
    expect(there()).toEqual([`.a.${process.pid}.tmp`, '.b.4194305.tmp'].sort());
  });

  it("removes folders, and looks below the targets' folders", async () => {
    mkdirSync(join(folder, `.staging.${mark(nobody)}.tmp/deep`), { recursive: true });
    mkdirSync(join(folder, 'sub'));
    put(`sub/.b.${mark(nobody)}.tmp`);
    await sweepLeftovers(folder, ['sub/b']);
    expect(there()).toEqual(['sub']);
    expect(readdirSync(join(folder, 'sub'))).toEqual([]);
    await sweepLeftovers(join(folder, 'nowhere'));
  });

  const write = mark(nobody);
  const states: [string, Record<string, string>, Record<string, string>][] = [
    [
      'all are whole and none has moved',
      { a: 'old', b: 'old', [`.a.${write}.new`]: 'new', [`.b.${write}.tmp`]: 'new' },
      { a: 'new', b: 'new' },
    ],
    [
      'what was there is aside',
      {
        [`.a.${write}.old`]: 'old',
        [`.b.${write}.old`]: 'old',
        [`.a.${write}.new`]: 'new',
        [`.b.${write}.tmp`]: 'new',
      },
      { a: 'new', b: 'new' },
    ],
    [
      'the second is in its place',
      { b: 'new', [`.a.${write}.new`]: 'new', [`.a.${write}.old`]: 'old' },
      { a: 'new', b: 'new' },
    ],
    ['both are', { a: 'new', b: 'new', [`.a.${write}.old`]: 'old' }, { a: 'new', b: 'new' }],
    [
      'one is not whole yet',
      { a: 'old', b: 'old', [`.a.${write}.tmp`]: 'ne', [`.b.${write}.tmp`]: 'new' },
      { a: 'old', b: 'old' },
    ],
  ];
  it.each(states)('finishes or undoes a write of several files: %s', async (_, given, after) => {
    for (const [name, content] of Object.entries(given)) put(name, content);
    await sweepLeftovers(folder);
    expect(Object.fromEntries(there().map((name) => [name, text(name)]))).toEqual(after);
  });
});

it('withoutLeftovers keeps names that are not ours', () => {
  const names = [`.x.${mark(pid)}.tmp`, '.a.12.tmp', '.b.12.tmp', 'a', '.git'];
  expect(withoutLeftovers(names, ['a'])).toEqual(['.b.12.tmp', 'a', '.git']);
  expect(existsSync(folder)).toBe(true);
});
