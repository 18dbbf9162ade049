import { join } from 'node:path';
import { type Listing, listFolder } from './list-folder.ts';
import type { Pair, Problem } from './task.ts';

/** The pairs of one folder, the images that form no pair, and the skipped files. */
export interface FoundPairs {
  readonly pairs: readonly Pair[];
  readonly problems: readonly Omit<Problem, 'task'>[];
  readonly ignored: readonly string[];
}

/** Pairs images with the same name in `input` and `target`, whatever their extensions. */
export async function findPairs(path: string): Promise<FoundPairs> {
  const folders = [join(path, 'input'), join(path, 'target')] as const;
  const [inputs, targets] = [await listFolder(folders[0]), await listFolder(folders[1])];
  const pairs: Pair[] = [];
  const problems: Omit<Problem, 'task'>[] = [];
  const names = new Set([...inputs.images.keys(), ...targets.images.keys()]);
  for (const name of [...names].sort()) {
    const [left = [], right = []] = [inputs.images.get(name), targets.images.get(name)];
    const [input, target] = [left[0], right[0]];
    if (input === undefined || target === undefined) {
      const missing = input === undefined ? folders[0] : folders[1];
      const image = input ?? target ?? name;
      problems.push({ image, reason: `${missing} has no image '${name}'.` });
    } else if (left.length > 1 || right.length > 1) {
      problems.push({ image: name, reason: twice(left.length > 1 ? left : right) });
    } else {
      pairs.push({ name, input: join(folders[0], input), target: join(folders[1], target) });
    }
  }
  return { pairs, problems, ignored: [...rest(folders[0], inputs), ...rest(folders[1], targets)] };
}

/** The images of a folder as targets for inputs yet to be made. */
export function cleanPairs(path: string, listing: Listing): FoundPairs {
  const pairs: Pair[] = [];
  const problems: Omit<Problem, 'task'>[] = [];
  for (const [name, files] of listing.images) {
    if (files.length > 1) problems.push({ image: name, reason: twice(files) });
    else pairs.push({ name, input: null, target: join(path, files[0]!) });
  }
  return { pairs, problems, ignored: listing.others.map((file) => join(path, file)) };
}

function twice(files: readonly string[]): string {
  return `${files.join(' and ')} have the same name; keep one of them.`;
}

function rest(path: string, { folders, others }: Listing): string[] {
  return [...folders, ...others].map((name) => join(path, name));
}
