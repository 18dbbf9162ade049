import { describe, expect, it } from 'vitest';
import { History } from '../src/undo.ts';

describe('the history', () => {
  it('goes back and forward, and an addition discards what was undone', () => {
    const history = new History<number>();
    history.begin(0);
    expect([history.canUndo, history.undo()]).toEqual([false, undefined]);
    history.add(1);
    history.add(2);
    expect([history.undo(), history.undo(), history.undo()]).toEqual([1, 0, undefined]);
    expect(history.redo()).toBe(1);
    history.add(3);
    expect([history.canRedo, history.redo()]).toEqual([false, undefined]);
    expect(history.undo()).toBe(1);
  });

  it('does not add an equal state', () => {
    const history = new History<{ a: number }>();
    history.begin({ a: 1 });
    history.add({ a: 1 });
    expect(history.canUndo).toBe(false);
  });
});
