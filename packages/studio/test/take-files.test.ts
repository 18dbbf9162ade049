/// <reference lib="dom" />
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { takeFiles } from '../src/take-files.ts';
import { FakePage } from './support/fake-page.ts';

let page: FakePage;
beforeEach(() => {
  page = new FakePage();
});
afterEach(() => vi.unstubAllGlobals());

const fileEntry = (fullPath: string) => ({
  isDirectory: false,
  fullPath,
  file: (resolve: (file: File) => void) => resolve(new File([], fullPath.split('/').at(-1)!)),
});

/** A folder whose reader returns a hundred entries at a time, as Chromium's does. */
const folderEntry = (name: string, entries: readonly object[]) => ({
  isDirectory: true,
  name,
  createReader() {
    const left = [...entries];
    return { readEntries: (resolve: (some: object[]) => void) => resolve(left.splice(0, 100)) };
  },
});

/** Drops a folder; returns the paths that arrive, once something does. */
async function drop(entry: object): Promise<readonly string[] | undefined> {
  let taken: readonly string[] | undefined;
  const never = (): void => expect.unreachable();
  takeFiles({
    image: never,
    model: never,
    folder: (files) => {
      taken = files.map(({ webkitRelativePath }) => webkitRelativePath);
    },
  });
  const items = [{ webkitGetAsEntry: () => entry }];
  page.dispatch('drop', { preventDefault() {}, dataTransfer: { items, files: [] } });
  await vi.waitUntil(() => taken !== undefined || page.byId('alert').textContent !== '');
  return taken;
}

it('takes the files of a dropped folder and of those in it', async () => {
  const inner = folderEntry('sensor', [fileEntry('/one/sensor/b.json')]);
  const entry = folderEntry('one', [inner, fileEntry('/one/a.json')]);
  expect(await drop(entry)).toEqual(['one/a.json', 'one/sensor/b.json']);
});

it('takes 200 files at most, even if all are in one folder', async () => {
  const many = Array.from({ length: 5000 }, (_, at) => fileEntry(`/many/${at}`));
  const taken = (await drop(folderEntry('many', many)))!;
  expect([taken.length, taken[199]]).toEqual([200, 'many/199']);
});

it('complains about a folder that cannot be read', async () => {
  const createReader = () => ({
    readEntries: (_: unknown, reject: (error: Error) => void) => reject(new Error('denied')),
  });
  expect(await drop({ isDirectory: true, name: 'locked', createReader })).toBeUndefined();
  expect(page.byId('alert')).toMatchObject({
    hidden: false,
    textContent:
      'locked: the browser cannot read this folder; choose it with Add an adapter folder.',
  });
});

it('complains about a drop without files, such as an image of another page', () => {
  const never = (): void => expect.unreachable();
  takeFiles({ image: never, model: never, folder: never });
  page.dispatch('drop', { preventDefault() {}, dataTransfer: { items: [], files: [] } });
  expect(page.byId('alert').textContent).toMatch(/^Nothing in what was dropped is a file; save/);
});
