import type { Evaluation, Task } from '@pip-graft/validate';
import type { Shard } from '../shard/shard.ts';
import type { ShardRecord } from '../shard/shard-record.ts';
import { shareOf } from '../shard/share-of.ts';

/** Tasks with the images of one shard. All tasks stay, so that every shard is steered alike. */
export interface TaskShare {
  readonly tasks: readonly Task[];
  /** Says where the measured images are in the whole list; undefined without a shard. */
  readonly recordOf: (found: Pick<Evaluation, 'tasks'>) => ShardRecord | undefined;
}

/** Divides the images of all tasks. */
export function shareOfTasks(tasks: readonly Task[], shard: Shard | undefined): TaskShare {
  const all = tasks.flatMap(({ name, pairs }, task) => pairs.map((pair) => ({ name, task, pair })));
  // One image in several tasks is as many images, which any shard may measure.
  const share = shareOf(all, ({ name, pair }) => JSON.stringify([name, pair.name]), shard);
  const mine = new Set(share.items.map(({ pair, task }) => keyOf(task, pair.name)));
  const places = new Map(all.map(({ task, pair }, at) => [keyOf(task, pair.name), at]));
  return {
    tasks: tasks.map((task, at) => ({
      ...task,
      pairs: task.pairs.filter(({ name }) => mine.has(keyOf(at, name))),
    })),
    recordOf: (found) =>
      shard && {
        ...{ index: shard.index, count: shard.count, total: all.length },
        order: found.tasks.flatMap(({ images }, at) =>
          images.map(({ name }) => places.get(keyOf(at, name))!),
        ),
      },
  };
}

function keyOf(task: number, image: string): string {
  return `${task} ${image}`;
}
