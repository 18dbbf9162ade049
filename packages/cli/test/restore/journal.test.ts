import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { digestOf, Journal, journalName } from '../../src/restore/journal.ts';

let folder = '';
beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'graft-journal-'));
  folder = made;
  onTestFinished(() => rmSync(made, { recursive: true }));
});

const input = digestOf('a picture');
const given = async () => input;

/** A journal with one result of five bytes. */
async function withOne(): Promise<Journal> {
  const journal = await Journal.open(folder);
  writeFileSync(join(folder, 'a.png'), 'bytes');
  await journal.add({ name: 'a.png', input, settings: 's' });
  return journal;
}

describe('Journal', () => {
  it('knows what is done, in this run and in the next', async () => {
    const journal = await withOne();
    expect(await journal.isDone('a.png', 's', given)).toBe(true);
    const next = await Journal.open(folder);
    expect(await next.isDone('a.png', 's', given)).toBe(true);
    expect(await next.isDone('b.png', 's', given)).toBe(false);
    expect(next.ignored).toBe(0);
  });

  it('redoes an image if the settings or image changed, or the result is cut or gone', async () => {
    const journal = await withOne();
    expect(await journal.isDone('a.png', 'other', given)).toBe(false);
    expect(await journal.isDone('a.png', 's', async () => digestOf('another'))).toBe(false);
    expect(await journal.isDone('a.png', 's', async () => undefined)).toBe(false);
    truncateSync(join(folder, 'a.png'), 3);
    expect(await journal.isDone('a.png', 's', given)).toBe(false);
    rmSync(join(folder, 'a.png'));
    expect(await journal.isDone('a.png', 's', given)).toBe(false);
  });

  it('does not read new images', async () => {
    const journal = await Journal.open(folder);
    const unread = () => Promise.reject(new Error('it was read'));
    expect(await journal.isDone('a.png', 's', unread)).toBe(false);
  });

  it('drops and counts invalid lines, once', async () => {
    await withOne();
    const path = join(folder, journalName);
    const good = readFileSync(path, 'utf8');
    const bad = ['not json', 'null', '7', '{"name":"x"}', '\0\0\0'];
    writeFileSync(path, `${bad.join('\n')}\n${good}`);
    const journal = await Journal.open(folder);
    expect(journal.ignored).toBe(5);
    expect(await journal.isDone('a.png', 's', given)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(good);
    expect((await Journal.open(folder)).ignored).toBe(0);
  });

  it('a truncated line does not swallow the next one', async () => {
    await withOne();
    const path = join(folder, journalName);
    const good = readFileSync(path, 'utf8');
    writeFileSync(path, good + good.slice(0, 20));
    const journal = await Journal.open(folder);
    expect(journal.ignored).toBe(1);
    writeFileSync(join(folder, 'b.png'), '1234567');
    await journal.add({ name: 'b.png', input, settings: 's' });
    expect(readFileSync(path, 'utf8').split('\n')).toEqual([
      good.trimEnd(),
      `{"name":"b.png","input":"${input}","settings":"s","bytes":7,"output":"${digestOf('1234567')}"}`,
      '',
    ]);
  });

  it('keeps a complete last line without a line end', async () => {
    await withOne();
    const path = join(folder, journalName);
    writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
    const journal = await Journal.open(folder);
    await journal.add({ name: 'a.png', input, settings: 't' });
    const next = await Journal.open(folder);
    expect(next.ignored).toBe(0);
    expect(await next.isDone('a.png', 't', given)).toBe(true);
    expect(await next.isDone('a.png', 's', given)).toBe(false);
  });

  it('reports a journal that is a folder, by name', async () => {
    mkdirSync(join(folder, journalName));
    await expect(Journal.open(folder)).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringContaining(journalName),
    });
  });

  it('counts results of another shard and does not write to its journal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'graft-journal-'));
    const first = await Journal.open(folder, { index: 1, count: 2 });
    writeFileSync(join(folder, 'a.png'), '12345');
    await first.add({ name: 'a.png', input, settings: 's' });
    const second = await Journal.open(folder, { index: 2, count: 2 });
    expect(await second.isDone('a.png', 's', async () => input)).toBe(true);
    writeFileSync(join(folder, 'b.png'), '67890');
    await second.add({ name: 'b.png', input, settings: 's' });
    const lines = (name: string) => readFileSync(join(folder, name), 'utf8').split('\n').length - 1;
    expect(lines('.graft-restore-1-of-2.jsonl')).toBe(1);
    expect(lines('.graft-restore-2-of-2.jsonl')).toBe(1);
    const whole = await Journal.open(folder);
    expect(await whole.isDone('b.png', 's', async () => input)).toBe(true);
    // Two journals that differ: the bytes of the result decide, here at the same size.
    writeFileSync(join(folder, 'a.png'), 'abcde');
    await whole.add({ name: 'a.png', input, settings: 'other' });
    const later = await Journal.open(folder);
    expect(await later.isDone('a.png', 's', async () => input)).toBe(false);
    expect(await later.isDone('a.png', 'other', async () => input)).toBe(true);
    rmSync(folder, { recursive: true });
  });
});
