import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findTasks } from '@pip-graft/validate';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Empty files: nothing is read here. */
function files(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
}

describe('pairs', () => {
  test('match by name in any extension, sorted by name, also in nested folders', async () => {
    files('derain/a/input/2.jpg', 'derain/a/input/10.PNG', 'derain/a/target/2.png');
    files('derain/a/target/10.tif', 'dehaze/input/x_0.8_0.2.webp', 'dehaze/target/x_0.8_0.2.png');
    const { tasks, problems, ignored } = await findTasks(folder);
    const at = (path: string): string => join(folder, path);
    expect(tasks).toEqual([
      {
        name: 'dehaze',
        pairs: [
          {
            name: 'x_0.8_0.2',
            input: at('dehaze/input/x_0.8_0.2.webp'),
            target: at('dehaze/target/x_0.8_0.2.png'),
          },
        ],
      },
      {
        name: 'derain/a',
        pairs: [
          { name: '10', input: at('derain/a/input/10.PNG'), target: at('derain/a/target/10.tif') },
          { name: '2', input: at('derain/a/input/2.jpg'), target: at('derain/a/target/2.png') },
        ],
      },
    ]);
    expect({ problems, ignored }).toEqual({ problems: [], ignored: [] });
    const few = await findTasks(folder, { limit: 1 });
    expect(few.tasks.map(({ pairs }) => pairs.map(({ name }) => name))).toEqual([
      ['x_0.8_0.2'],
      ['10'],
    ]);
  });

  test('in the given folder itself give its name to the task', async () => {
    files('rain100l/input/1.png', 'rain100l/target/1.png');
    const { tasks } = await findTasks(`${join(folder, 'rain100l')}/`);
    expect(tasks.map(({ name }) => name)).toEqual(['rain100l']);
  });

  test('reports missing partners, duplicate names and half a task, and finds the rest', async () => {
    files('t/input/good.png', 't/target/good.png', 't/input/alone.png', 't/target/lonely.png');
    files('t/input/twice.png', 't/input/twice.jpg', 't/target/twice.png', 'half/input/1.png');
    const { tasks, problems } = await findTasks(folder);
    expect(tasks.flatMap(({ pairs }) => pairs.map(({ name }) => name))).toEqual(['good']);
    expect(problems).toEqual([
      {
        task: 'half',
        image: 'input/',
        reason: `${join(folder, 'half')} has input/ but no target/.`,
      },
      {
        task: 't',
        image: 'alone.png',
        reason: `${join(folder, 't/target')} has no image 'alone'.`,
      },
      {
        task: 't',
        image: 'lonely.png',
        reason: `${join(folder, 't/input')} has no image 'lonely'.`,
      },
      {
        task: 't',
        image: 'twice',
        reason: 'twice.jpg and twice.png have the same name; keep one of them.',
      },
    ]);
  });

  test('skips hidden files; lists other formats and nested folders as ignored', async () => {
    files('input/a.png', 'target/a.png', 'input/.a.png', 'input/b.bmp', 'target/more/c.png');
    const { tasks, problems, ignored } = await findTasks(folder);
    expect(tasks[0]!.pairs).toHaveLength(1);
    expect(problems).toEqual([]);
    expect(ignored).toEqual([join(folder, 'input/b.bmp'), join(folder, 'target/more')]);
  });

  test('follows links, but not in circles', async () => {
    files('real/input/a.png', 'real/target/a.png', 'sets/one.txt');
    symlinkSync(join(folder, 'real'), join(folder, 'sets/linked'));
    symlinkSync(folder, join(folder, 'sets/up'));
    symlinkSync('nowhere', join(folder, 'real/input/broken.png'));
    const { tasks, problems } = await findTasks(join(folder, 'sets'));
    expect(tasks.map(({ name }) => name)).toEqual(['linked']);
    expect(problems.map(({ image }) => image)).toEqual(['broken.png']);
  });
});

describe('clean images', () => {
  const degrade = [
    { degradation: 'noise', amount: 25 },
    { degradation: 'haze', amount: 1 },
  ] as const;

  test('give a task per folder and degradation; pairs give their clean half', async () => {
    files('b.png', 'a.jpg', 'kodak/1.png', 'pairs/input/1.png', 'pairs/target/1.png', 'notes.txt');
    const { tasks, problems, ignored } = await findTasks(folder, { degrade, limit: 1 });
    expect(
      tasks.map(({ name, pairs, degrade: how }) => [name, pairs[0]!.target, how?.amount]),
    ).toEqual([
      ['noise:25', join(folder, 'a.jpg'), 25],
      ['haze:1', join(folder, 'a.jpg'), 1],
      ['kodak/noise:25', join(folder, 'kodak/1.png'), 25],
      ['kodak/haze:1', join(folder, 'kodak/1.png'), 1],
      ['pairs/noise:25', join(folder, 'pairs/target/1.png'), 25],
      ['pairs/haze:1', join(folder, 'pairs/target/1.png'), 1],
    ]);
    expect(tasks.every(({ pairs }) => pairs.every(({ input }) => input === null))).toBe(true);
    expect(problems).toEqual([]);
    expect(ignored).toEqual([join(folder, 'notes.txt')]);
  });
});

describe('nothing to evaluate', () => {
  test.each([
    ['an empty folder', [], /nothing to evaluate; expected input\/ and target\//],
    ['clean images without --degrade', ['a.png'], /--degrade noise:25/],
    ['no name in common', ['input/a.png', 'target/b.png'], /has no image 'a'\. And 1 more\./],
    [
      'a format that is not read',
      ['input/a.bmp', 'target/a.bmp'],
      /a\.bmp is not an image that is read\. And 1 more\./,
    ],
  ])('%s', async (_name, paths, message) => {
    files(...paths);
    await expect(findTasks(folder)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(message),
    });
  });

  test('rejects a missing folder and a file', async () => {
    files('a.png');
    await expect(findTasks(join(folder, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(findTasks(join(folder, 'a.png'))).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringContaining('not a folder'),
    });
  });
});
