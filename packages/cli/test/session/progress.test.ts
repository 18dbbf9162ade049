import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/session/progress.ts';

/** A progress on a screen that remembers, with a clock that is set by hand. */
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

  it('draws over itself on a terminal and clears up', () => {
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

  it('writes plain lines elsewhere, and always the last', () => {
    const { written, progress, at } = scene(false);
    at(0, 0);
    at(1500, 50);
    at(4000, 60);
    at(4100, 100);
    progress.clear();
    expect(written).toEqual(['saving  50%\n', 'saving 100%\n']);
  });
});
