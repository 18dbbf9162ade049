import * as argument from '../argument.ts';
import type { DataType } from '../model/data-type.ts';
import type { Model, Tensor } from '../model/model.ts';
import { smallNumbers } from '../model/read-tensor.ts';
import { builtInSize, windowedSource } from './built-in-size.ts';
import { type Constants, inferShapes, type Shapes } from './infer-shapes.ts';
import { type Links, linksOf, type ValueUse } from './links.ts';
import { type NetworkImage, networkImage } from './network-image.ts';
import {
  baseSizes,
  type InputSymbols,
  inputSymbols,
  otherSizes,
  type SampleSizes,
  sampleInputs,
} from './sample-inputs.ts';
import { type ReferenceSize, referenceSize, scaleOf } from './scale.ts';
import { type Shaped, shaped } from './shaped.ts';

/** Facts about one value for any input size. */
export interface ValueFact {
  readonly dataType: DataType | undefined;
  /** undefined if the rank is unknown. */
  readonly dims: readonly Dim[] | undefined;
  /**
   * One letter per axis: `H` and `W` the image's rows and columns at any resolution, `T` both
   * flattened, `.` anything else; a feature map is `..HW`. undefined if unknown.
   */
  readonly axes: string | undefined;
}

/** A set of nodes, by index. */
export interface NodeSet {
  has(node: number): boolean;
}

/** Facts about the main graph: makers and readers of values, their types, shapes and resolution. */
export interface GraphFacts extends Links {
  readonly model: Model;
  /** Index of the node that makes a value; undefined for inputs, initializers and unknown names. */
  producer(value: string): number | undefined;
  uses(value: string): readonly ValueUse[];
  isOutput(value: string): boolean;
  value(name: string): ValueFact | undefined;
  /** Size of axis 1 of a feature map (NCHW); undefined for anything else. */
  channels(value: string): number | undefined;
  /** Downsampling factor of a value in any layout from the image: 1, 2, 4, …; below 1 if larger. */
  scale(value: string): number | undefined;
  /** Indices of the nodes that a value depends on. */
  ancestors(value: string): NodeSet;
  /**
   * Numbers of a tensor of at most `most` elements; undefined for more, for other types, and for
   * data that is damaged or missing, which `checkModel` reports.
   */
  numbers(tensor: Tensor, most: number): readonly number[] | undefined;
  /** Whether `to` depends on `from`; a value reaches itself. */
  reaches(from: string, to: string): boolean;
  /** Size of the image that resolutions are relative to, at `sizes`; undefined without an image. */
  readonly reference: ReferenceSize | undefined;
  /** The network's image, in a wrapper that resizes, tiles or rotates the model's own. */
  readonly networkImage: string | undefined;
  /** All values at one choice of sizes. */
  readonly sample: Shapes;
  /** The sizes of `sample`. */
  readonly sizes: SampleSizes;
  /** The only size that works, in a file that leaves sizes open but has one built in. */
  readonly builtInSize: SampleSizes | undefined;
  /** Runs the model's shape arithmetic at other image sizes, until the first contradiction. */
  at(sizes: SampleSizes): Shapes;
}

/**
 * Facts about a model's main graph, from its structure alone, without reading weights.
 *
 * Runs the shape arithmetic at two choices of input sizes to tell what varies from what does not;
 * so padding to a multiple, `Shape` chains and blocks written as Reshape-Transpose-Reshape come out
 * as they do at run time. What no rule covers is unknown, never an error.
 *
 * @example
 * const facts = graphFacts(model);
 * facts.scale('/encoder_level2/Add_output_0'); // 2
 */
export function graphFacts(model: Model): GraphFacts {
  argument.requireModel(model, 'graphFacts');
  const links = linksOf(model);
  const symbols = inputSymbols(model);
  const constants: Constants = new Map();
  let inner: string | undefined;
  const infer = (sizes: SampleSizes, stopAtConflict: boolean): Shapes => {
    const inputs = sampleInputs(model, symbols, sizes);
    return inferShapes(ahead, { inputs, annotated, constants, stopAtConflict, image: inner });
  };
  const annotated = annotations(model);
  const ahead = { ...model, source: windowedSource(model.source) };
  const first = infer(baseSizes, false);
  inner = networkImage(model, first, links)?.value;
  const free = inner === undefined ? first : infer(baseSizes, false);
  const outputs = model.graph.outputs.flatMap(({ name }) => {
    const dims = free.values.get(name)?.dims;
    return dims?.length === 4 ? [dims] : [];
  });
  const builtIn = builtInSize(free, baseSizes, outputs, (sizes) => infer(sizes, true));
  const sizes = builtIn ?? baseSizes;
  const sample = builtIn === undefined ? free : infer(builtIn, false);
  const reference = referenceSize(model, sample, links, sizeOf(inner, sample));
  let other: Shapes | undefined;

  const producer = (value: string): number | undefined => links.producers.get(value);
  let before: readonly (readonly number[])[] | undefined;
  const ancestors = (value: string, notBefore = 0): NodeSet => {
    before ??= nodesBefore(links, model);
    const seen = new Uint8Array(model.graph.nodes.length);
    const open = [producer(value)];
    while (open.length > 0) {
      const at = open.pop();
      if (at === undefined || at < notBefore || seen[at] === 1) continue;
      seen[at] = 1;
      for (const maker of before[at]!) open.push(maker);
    }
    return { has: (node) => seen[node] === 1 };
  };

  return {
    ...links,
    model,
    producer,
    uses: (value) => links.usesByValue.get(value) ?? [],
    isOutput: (value) => links.outputs.has(value),
    value(name) {
      const fact = sample.values.get(name);
      if (fact === undefined) return undefined;
      other ??= builtIn === undefined ? infer(otherSizes, false) : sample;
      const second = other.values.get(name)?.dims;
      const dims = fact.dims?.map((size, axis) =>
        dimFrom(size, second?.[axis], [baseSizes, otherSizes], symbols),
      );
      return { dataType: fact.dataType, dims, axes: fact.axes };
    },
    channels(name) {
      const fact = sample.values.get(name);
      const size = fact?.axes === '..HW' ? fact.dims?.[1] : undefined;
      return Number.isNaN(size) ? undefined : size;
    },
    scale(name) {
      const fact = sample.values.get(name);
      return fact?.axes && fact.dims ? scaleOf(reference, fact.axes, fact.dims) : undefined;
    },
    ancestors,
    numbers: (tensor, most) => smallNumbers(model, tensor, most),
    reaches(from, to) {
      if (from === to) return true;
      const start = producer(from);
      if (start !== undefined) return ancestors(to, start).has(start);
      const seen = ancestors(to);
      return links.usesByValue.get(from)?.some(({ node }) => seen.has(node)) ?? false;
    },
    reference,
    networkImage: inner,
    sample,
    sizes,
    builtInSize: builtIn,
    at: (sizes) => infer(sizes, true),
  };
}

function sizeOf(value: string | undefined, { values }: Shapes): NetworkImage | undefined {
  const dims = value === undefined ? undefined : values.get(value)?.dims;
  return value !== undefined && dims ? { value, height: dims[2]!, width: dims[3]! } : undefined;
}

/** For each node, the nodes that make what it reads, captures included. */
function nodesBefore({ producers, captures }: Links, model: Model): number[][] {
  return model.graph.nodes.map(({ inputs }, at) => {
    const before: number[] = [];
    for (const names of [inputs, captures.get(at) ?? []]) {
      for (const name of names) {
        const maker = producers.get(name);
        if (maker !== undefined) before.push(maker);
      }
    }
    return before;
  });
}

/** value_info and outputs as a last resort: only their numbers; a symbol may mean anything. */
function annotations(model: Model): Map<string, Shaped> {
  const found = new Map<string, Shaped>();
  for (const { name, dataType, dims } of [...model.graph.outputs, ...model.graph.valueInfos]) {
    const sizes = dims?.map((size) => (typeof size === 'number' ? size : Number.NaN));
    if (sizes !== undefined) found.set(name, shaped(dataType, sizes));
  }
  return found;
}

/** A size: a number, one that follows the inputs' sizes, or unknown. */
type Dim = number | SymbolicDim | undefined;

/** `symbol` · num / den + offset; `symbol` may be a product such as `height*width`. */
export interface SymbolicDim {
  readonly symbol: string;
  readonly scale: { readonly num: number; readonly den: number };
  readonly offset: number;
}

type Product = { readonly symbol: string; readonly at: (sizes: SampleSizes) => number };

/** Derives a general size from its values at two choices of the input sizes. */
function dimFrom(
  first: number,
  second: number | undefined,
  sizes: readonly [SampleSizes, SampleSizes],
  { names }: InputSymbols,
): Dim {
  if (Number.isNaN(first) || second === undefined || Number.isNaN(second)) return undefined;
  if (first === second) return first;
  const { batch, height, width } = names;
  const products: readonly Product[] = [
    { symbol: height, at: (s) => s.height },
    { symbol: width, at: (s) => s.width },
    { symbol: batch, at: (s) => s.batch },
    { symbol: `${height}*${width}`, at: (s) => s.height * s.width },
    { symbol: `${batch}*${height}`, at: (s) => s.batch * s.height },
    { symbol: `${batch}*${width}`, at: (s) => s.batch * s.width },
    { symbol: `${batch}*${height}*${width}`, at: (s) => s.batch * s.height * s.width },
  ];
  for (const { symbol, at } of products) {
    const ratio = first / at(sizes[0]);
    if (Math.abs(second / at(sizes[1]) - ratio) <= ratio * 1e-12) {
      return { symbol, scale: fraction(first, at(sizes[0])), offset: 0 };
    }
  }
  for (const { symbol, at } of products.slice(0, 2)) {
    const scale = fraction(second - first, at(sizes[1]) - at(sizes[0]));
    const offset = first - (at(sizes[0]) * scale.num) / scale.den;
    // A small offset is a border; a large one is a coincidence of the two choices.
    if (scale.den <= 1024 && Math.abs(offset) <= 1024) return { symbol, scale, offset };
  }
  return undefined;
}

function fraction(over: number, under: number): { num: number; den: number } {
  let [a, b] = [Math.abs(over), Math.abs(under)];
  while (b !== 0) [a, b] = [b, a % b];
  return { num: over / a, den: under / a };
}
