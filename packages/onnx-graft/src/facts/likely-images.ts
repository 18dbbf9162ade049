import type { Model, Node } from '../model/model.ts';

/** Operators that leave an image an image, if all they read besides it are constants. */
const pixelwise = new Set([
  'Identity',
  'Cast',
  'CastLike',
  'Pad',
  'Slice',
  'Transpose',
  'Clip',
  'Round',
  'Min',
  'Max',
  'Add',
  'Sub',
  'Mul',
  'Div',
]);

const imageName = /image|img|input|^x$|^lq$|^lr$|noisy|degraded/i;
const plainName = /^(image|img|input|x|lq|lr)$/i;
const companionName = /(?<![a-z])(noise|sigma|level|map|mask|depth|guid|ref|prior|cond|prompt)/i;

/**
 * Of inputs that are alike, those most likely to be the image: what is added to an output, then
 * what is called an image rather than a noise level, a map or a mask. More than one if nothing
 * tells them apart.
 *
 * Beside an input that is plainly called an image, one that is called a guide, map or reference is
 * not the image even if it is added: fusion networks add what guides them to the result.
 */
export function likelyImages<T extends { readonly name: string }>(
  model: Model,
  alike: readonly T[],
): readonly T[] {
  if (alike.length < 2) return alike;
  const isNamed = alike.some(({ name }) => plainName.test(name));
  const likely = isNamed ? alike.filter(({ name }) => !companionName.test(name)) : alike;
  const added = likely.filter(({ name }) => isAdded(model, name));
  return highest(added.length > 0 ? added : likely, ({ name }) => likeness(name));
}

export function highest<T>(all: readonly T[], rankOf: (one: T) => number): readonly T[] {
  const ranks = all.map(rankOf);
  const most = Math.max(...ranks);
  return all.filter((_, at) => ranks[at] === most);
}

function likeness(name: string): number {
  if (companionName.test(name)) return 0;
  // MIMO-UNet takes `image`, and `image2` and `image4`, which are half and a quarter of it.
  if (plainName.test(name)) return 3;
  return imageName.test(name) ? 2 : 1;
}

/** Whether an output is the sum of an input and something else, both perhaps scaled or cut. */
function isAdded({ graph }: Model, input: string): boolean {
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const images = new Set([input]);
  const results = new Set(graph.outputs.map(({ name }) => name));
  const variable = (node: Node) => node.inputs.filter((name) => name && !constants.has(name));
  for (const node of graph.nodes) {
    const read = variable(node);
    if (read.length === 0) for (const made of node.outputs) constants.add(made);
    const [only] = read;
    if (read.length === 1 && images.has(only!) && pixelwise.has(node.opType))
      images.add(node.outputs[0]!);
  }
  for (const node of graph.nodes.toReversed()) {
    const [only, ...others] = variable(node);
    if (!node.outputs.some((made) => results.has(made)) || only === undefined) continue;
    if (others.length === 0 && pixelwise.has(node.opType)) results.add(only);
    const isSum = node.opType === 'Add' || node.opType === 'Sum';
    if (isSum && others.length > 0 && [only, ...others].some((name) => images.has(name)))
      return true;
  }
  return false;
}
