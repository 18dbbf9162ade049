import { expect, it } from 'vitest';
import { Room } from '../../src/pipeline/room.ts';

/** A room, and the order in which names entered it. */
function scene(size: number) {
  const room = new Room(size);
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const enter = (name: string, pixels: number) =>
    room.enter(pixels).then((out) => {
      inside.push(name);
      leave.set(name, out);
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { inside, leave, enter, settle };
}

it('admits what fits in order: small work does not overtake', async () => {
  const { inside, leave, enter, settle } = scene(10);
  void enter('a', 6);
  void enter('b', 6);
  void enter('c', 1);
  await settle();
  expect(inside).toEqual(['a']);
  leave.get('a')!();
  await settle();
  expect(inside).toEqual(['a', 'b', 'c']);
});

it('admits work larger than the room alone', async () => {
  const { inside, leave, enter, settle } = scene(10);
  void enter('huge', 1000);
  void enter('small', 1);
  await settle();
  expect(inside).toEqual(['huge']);
  leave.get('huge')!();
  leave.get('huge')!();
  await settle();
  void enter('next', 9);
  void enter('last', 1);
  await settle();
  expect(inside).toEqual(['huge', 'small', 'next']);
});
