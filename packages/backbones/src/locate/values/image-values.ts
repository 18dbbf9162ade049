import type { GraphFacts, ImageRange, ImageSide, ImageValues, Node } from '@pip-graft/onnx-graft';
import type { ImageTensors } from '../located.ts';
import {
  type Affine,
  after,
  inverse,
  meanOf,
  near,
  oddInput,
  oddOutput,
  rangeBefore,
  rangeWithin,
  reversed,
  same,
  type Taken,
  zeroOf,
} from './range.ts';
import { type Step, stepOf } from './step.ts';

/** More nodes than this are not a wrapper. */
const most = 64;

/** Operations between an end of the model and its outermost layer, in that end's channel order. */
interface Way {
  readonly affine: Affine;
  readonly flips: boolean;
  readonly bounds?: readonly [number, number];
}

/** What a graph shows of the values of images. */
interface Shown {
  readonly values: ImageValues;
  /** Why no range suits them, and what to do. */
  readonly unfit: string | undefined;
}

/**
 * Infers the values of images from the graph: divisions by 255, means and deviations, limits,
 * bytes, and the order of colours.
 */
export function imageValues(facts: GraphFacts, image: ImageTensors): Shown {
  const { inputs, outputs } = facts.model.graph;
  const isBytes = (name: string | undefined): boolean =>
    [...inputs, ...outputs].find((value) => value.name === name)?.dataType === 'uint8';
  const entry = entryOf(facts, image);
  const exit = exitOf(facts, image);
  const undone = isUndone(entry, exit);
  const bytes: Taken = { range: '0..255' };
  const taken = isBytes(image.input) ? bytes : rangeBefore(entry.affine, undone);
  const made = isBytes(image.output) ? bytes : rangeAfter(entry, exit, undone);
  const unfit = taken.odd ? oddInput(taken.odd) : made.odd && oddOutput(made.odd);
  const values = {
    input: sideOf(taken.range, entry),
    output: sideOf(made.range, { ...exit, affine: inverse(exit.affine) }),
  };
  return { values, unfit };
}

function sideOf(range: ImageRange | null, { affine, flips }: Way): ImageSide {
  const [first, second, third] = zeroOf(affine);
  // Means of natural images decrease from red to blue. What makes a normalised image plain has
  // negative ones, which say nothing.
  if (first! < 0) return { range, order: flips ? 'bgr' : 'rgb' };
  if (third !== undefined && first! > 1.02 * second! && second! > 1.02 * third)
    return { range, order: 'rgb' };
  if (third !== undefined && third > 1.02 * second! && second! > 1.02 * first!)
    return { range, order: 'bgr' };
  return { range, order: flips ? 'bgr' : 'rgb' };
}

function isUndone(entry: Way, exit: Way): boolean {
  const both = after(exit.affine, entry.affine);
  return both.scale.every((s) => near(s, 1)) && both.shift.every((s) => Math.abs(s) < 0.02);
}

function rangeAfter(entry: Way, exit: Way, undone: boolean): Taken {
  if (exit.bounds) return { range: rangeWithin(exit.bounds) };
  return rangeBefore(undone ? entry.affine : inverse(exit.affine), undone);
}

/** From the input to the first layer. */
function entryOf(facts: GraphFacts, { input, layout }: ImageTensors): Way {
  let way: Way = { affine: same, flips: false };
  let value = input;
  for (let steps = 0; steps < most; steps++) {
    const readers = facts
      .uses(value)
      .map(({ node }) => facts.model.graph.nodes[node]!)
      .filter(({ opType }) => opType !== 'Shape');
    const node = onlyWay(facts, readers, value, layout) ?? puttingTogether(facts, readers, layout);
    if (!node) break;
    const step = stepOf(facts, node, layout)!;
    const { affine = same, flips = false } = step;
    // After a flip, constants apply to the reversed channels.
    const own = way.flips ? reversed(affine) : affine;
    way = { affine: after(own, way.affine), flips: way.flips !== flips };
    value = node.outputs[0]!;
  }
  return way;
}

/** The node that reassembles the channels, if all readers slice one channel for it. */
function puttingTogether(
  facts: GraphFacts,
  readers: readonly Node[],
  layout: ImageTensors['layout'],
): Node | undefined {
  const made = readers.flatMap(({ outputs }) => outputs);
  const next = new Set(made.flatMap((name) => facts.uses(name).map(({ node }) => node)));
  const [at, ...others] = next;
  const node = at === undefined || others.length > 0 ? undefined : facts.model.graph.nodes[at];
  return node?.opType === 'Concat' && stepOf(facts, node, layout) ? node : undefined;
}

/** The only node that prepares the image further; a residual beside it adds the image from here. */
function onlyWay(
  facts: GraphFacts,
  readers: readonly Node[],
  value: string,
  layout: ImageTensors['layout'],
): Node | undefined {
  const steps = readers.filter((node) => {
    const step = stepOf(facts, node, layout);
    return step !== undefined && step.from === value && step.ends === undefined;
  });
  return steps.length === 1 && readers.length === 1 ? steps[0] : undefined;
}

/** From the last layer to the output. */
function exitOf(facts: GraphFacts, { output, layout }: ImageTensors): Way {
  let way: Way = { affine: same, flips: false };
  let value = output ?? '';
  for (let steps = 0; steps < most; steps++) {
    const at = facts.producer(value);
    const node = at === undefined ? undefined : facts.model.graph.nodes[at];
    const step: Step | undefined = node && stepOf(facts, node, layout);
    if (!step) break;
    const { affine = same, flips = false, bounds } = step;
    const limits = way.bounds ?? (bounds && boundsAfter(way.affine, bounds));
    const own = way.flips ? reversed(affine) : affine;
    way = {
      affine: after(way.affine, own),
      flips: way.flips !== flips,
      ...(limits ? { bounds: limits } : {}),
    };
    if (step.ends) break;
    value = step.from;
  }
  return way;
}

function boundsAfter(
  { scale, shift }: Affine,
  [low, high]: readonly [number, number],
): [number, number] {
  const [s, t] = [meanOf(scale), meanOf(shift)];
  return [s * low + t, s * high + t];
}
