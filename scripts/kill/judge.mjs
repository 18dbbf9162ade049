import { isTemporary, treeOf } from './tree.mjs';

/** @import { Scenario } from './scenarios.mjs' */

/**
 * What is wrong with a folder in which the command was killed or, if it ran `again`, went on to its
 * end.
 * It must then hold what an uninterrupted run leaves, bit for bit, and nothing else.
 *
 * @param {Pick<Scenario, 'grows' | 'together'>} scenario
 * @param {string} folder
 * @param {{ before: Map<string, string>, after: Map<string, string> }} expected
 */
export function judge({ grows = [], together = [] }, folder, { before, after }, again = false) {
  const problems = [];
  const now = treeOf(folder);
  for (const [path, digest] of now) {
    if (isTemporary(path)) {
      if (again) problems.push(`${path} is left over`);
    } else if (again) {
      if (after.get(path) !== digest) problems.push(`${path} is not that of an unbroken run`);
    } else if (!grows.includes(path) && ![before.get(path), after.get(path)].includes(digest)) {
      problems.push(`${path} is half-written`);
    }
  }
  const gone = (again ? [...after.keys()] : []).filter((path) => !now.has(path));
  problems.push(...gone.map((path) => `${path} is missing`));
  const [first] = together;
  if (now.has(first)) {
    const isAll = (tree) => together.every((path) => tree.get(path) === now.get(path));
    if (!isAll(before) && !isAll(after)) problems.push(`${together.join(', ')} are of two runs`);
  }
  return problems;
}
