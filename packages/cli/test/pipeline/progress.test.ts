import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/pipeline/progress.ts';

/** A progress on a screen that records what is written, with a clock set by hand. */
function scene(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const progress = new Progress({ isTTY, write: (text) => written.push(text) }, () => now);
  const at = (time: number, done: number) => {
    now = time;
    progress.show('saving', done, 100);
  };
  return { written, progress, at };
}

describe('Progress', () => {
  it('stays quiet for a second', () => {
    const { written, at } = scene(true);
    at(0, 10);
    at(999, 90);
    expect(written).toEqual([]);
  });

  it('redraws its line on a terminal and clears it at the end', () => {
    const { written, progress, at } = scene(true);
    at(0, 0);
    at(1500, 50);
    at(1510, 51);
    at(1700, 75);
    progress.clear();
    expect(written).toEqual([
      '\rsaving ████████████░░░░░░░░░░░░  50%\x1b[K',
      '\rsaving ██████████████████░░░░░░  75%\x1b[K',
      '\r\x1b[K',
    ]);
  });

  it('estimates the time left from this run, not from the steps a resumed run already had', () => {
    const written: string[] = [];
    let now = 0;
    const screen = { write: (text: string) => written.push(text) };
    const progress = new Progress(screen, () => now);
    progress.show('training', 80, 100, 'steps');
    now = 10_000;
    progress.show('training', 90, 100, 'steps');
    expect(written).toEqual(['training  90%  90 of 100 steps, 10 s left\n']);
  });

  it('writes plain lines elsewhere, and always the last one', () => {
    const { written, progress, at } = scene(false);
    at(0, 0);
    at(1500, 50);
    at(4000, 60);
    at(4100, 100);
    progress.clear();
    expect(written).toEqual(['saving  50%\n', 'saving 100%\n']);
  });

  it('without a terminal, reports at least every 15 seconds that work continues', () => {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress({ write: (text) => written.push(text) }, () => now);
    const silences: number[] = [];
    let last = 0;
    for (now = 4000; now <= 60_000; now += 4000) {
      if (now === 32_000) progress.show('saving', 1, 4);
      const before = written.length;
      progress.beat();
      if (written.length > before) {
        silences.push(now - last);
        last = now;
      }
    }
    expect(Math.max(...silences)).toBeLessThan(15_000);
    expect(written[0]).toBe('working, 12 s so far\n');
    const drawn: string[] = [];
    const screen = { isTTY: true, write: (text: string) => drawn.push(text) };
    let time = 0;
    const shown = new Progress(screen, () => time);
    time = 100_000;
    shown.beat();
    expect(drawn).toEqual([]);
  });

  it('counts and shows the time left', () => {
    const written: string[] = [];
    let now = 0;
    const progress = new Progress({ write: (text) => written.push(text) }, () => now);
    const at = (time: number, done: number, total = 24) => {
      now = time * 1000;
      progress.show('restoring', done, total, 'images');
    };
    at(0, 0);
    at(5, 0);
    at(20, 2.5);
    at(100, 12);
    at(3600, 13);
    at(3700, 24);
    expect(written).toEqual([
      'restoring   0%  0 of 24 images\n',
      'restoring  10%  2 of 24 images, 2 min 52 s left\n',
      'restoring  50%  12 of 24 images, 1 min 40 s left\n',
      'restoring  54%  13 of 24 images, 50 min 47 s left\n',
      'restoring 100%  24 of 24 images\n',
    ]);
    at(3701, 0.5, 9000);
    at(7301, 1, 3);
    expect(written.at(-1)).toBe('restoring  33%  1 of 3 images, 4 h 3 min left\n');
    at(7401, 2.9, 3);
    expect(written.at(-1)).toBe('restoring  96%  2 of 3 images, 4 min 16 s left\n');
  });
});
