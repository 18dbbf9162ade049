import {
  elementCount,
  type GraphFacts,
  graphFacts,
  type Model,
  type Node,
  readTensor,
  type SkipSite,
  type Tensor,
} from '@pip-graft/onnx-graft';
import { locateSkips } from '../locate/locate-skips.ts';
/** SHA-256 of bytes as hexadecimal digits; passed in, since this library imports no runtime. */
export type Digest = (bytes: Uint8Array) => string;

/** Options of {@link fingerprint}. */
export interface FingerprintOptions {
  readonly digest: Digest;
  /** The sites, if already known. */
  readonly sites?: readonly SkipSite[];
  readonly facts?: GraphFacts;
}

/** Elements read at the start, middle and end of each weight. */
const sampleLength = 64;

const convolutions = new Set(['Conv', 'ConvTranspose', 'FusedConv']);
/** Operators that pass a weight on unchanged. */
const copies = new Set(['Identity', 'Cast', 'DequantizeLinear']);

/**
 * `pipfp2:` and a digest that identifies a network in any file: the weights of its convolutions, by
 * shape, group and samples, in any order, and its skip connections. Names, node order, exporter,
 * opset and simplification do not matter, nor whether a constant factor of channels was folded into
 * the preceding convolution; other weights, another element type or quantisation do. Reads a few
 * kilobytes, not the weights.
 *
 * Errors: those of `readTensor`; `NOT_FOUND` for missing external data.
 *
 * @example
 * fingerprint(model, { digest: sha256 }); // 'pipfp2:5d1c…'
 */
export function fingerprint(model: Model, options: FingerprintOptions): string {
  const facts = options.facts ?? graphFacts(model);
  const sites = options.sites ?? locateSkips(model, facts).sites;
  const tensors = tensorsByName(model);
  // A model that applies its network several times reads each weight as many times.
  const isRepeated = new Set(sites.map(({ level }) => level)).size < sites.length;
  const seen = new Set<string>();
  const weights = model.graph.nodes.flatMap((node) => {
    if (!convolutions.has(node.opType) || !leadsOut(facts, node)) return [];
    const tensor = weightOf(facts, tensors, node);
    if (tensor === undefined || (isRepeated && isAgain(seen, node, tensor))) return [];
    const scale = scaleAfter(facts, tensors, node);
    return [`${describe(node, tensor)} ${samples(model, tensor, scale, options)}`];
  });
  const places = sites.map(
    ({ level, channels, scale, join }) => `site ${level} ${channels} ${scale} ${join}`,
  );
  const text = [...weights.sort(), ...new Set(places)].join('\n');
  return `pipfp2:${options.digest(new TextEncoder().encode(text))}`;
}

/** Whether another node has already read a weight in the same way. */
function isAgain(seen: Set<string>, { opType, attributes }: Node, { name }: Tensor): boolean {
  const key = `${opType} ${attributes.get('group')?.int ?? 1} ${name}`;
  return name !== '' && seen.size === seen.add(key).size;
}

function tensorsByName(model: Model): ReadonlyMap<string, Tensor> {
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const { opType, outputs, attributes } of model.graph.nodes) {
    const tensor = opType === 'Constant' ? attributes.get('value')?.tensor : undefined;
    if (tensor) tensors.set(outputs[0]!, tensor);
  }
  return tensors;
}

/** Some exporters leave layers in the file whose output is never read. */
function leadsOut(facts: GraphFacts, node: Node): boolean {
  return node.outputs.some((name) => facts.isOutput(name) || facts.uses(name).length > 0);
}

function weightOf(
  facts: GraphFacts,
  tensors: ReadonlyMap<string, Tensor>,
  node: Node,
): Tensor | undefined {
  let name = node.inputs[1] ?? '';
  for (let left = facts.model.graph.nodes.length; left >= 0; left--) {
    const tensor = tensors.get(name);
    if (tensor) return tensor;
    const at = facts.producer(name);
    const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
    if (!maker || !copies.has(maker.opType)) return undefined;
    name = maker.inputs[0] ?? '';
  }
  return undefined;
}

function describe(node: Node, tensor: Tensor): string {
  const kind = node.opType === 'ConvTranspose' ? 'up' : 'conv';
  const group = node.attributes.get('group')?.int ?? 1;
  return `${kind} ${tensor.dims.join('x')} ${group} ${tensor.dataType}`;
}

/** Digest of the sampled elements: all of them if the weight is small. */
function samples(
  model: Model,
  tensor: Tensor,
  scale: Tensor | undefined,
  { digest }: FingerprintOptions,
): string {
  const count = elementCount(tensor.dims);
  const read = (one: Tensor, from: number, to: number): Uint8Array =>
    readTensor(model, one, { from, to });
  const part = (from: number, to: number): Uint8Array => {
    const bytes = read(tensor, from, to);
    if (scale === undefined) return bytes;
    const perChannel = count / tensor.dims[0]!;
    const first = Math.floor(from / perChannel);
    const last = Math.floor((to - 1) / perChannel);
    const whole = elementCount(scale.dims) === 1;
    const factors = floats(whole ? read(scale, 0, 1) : read(scale, first, last + 1));
    const scaled = floats(bytes).map(
      (value, i) => value * factors[whole ? 0 : Math.floor((from + i) / perChannel) - first]!,
    );
    return new Uint8Array(scaled.buffer);
  };
  if (count === 0) return digest(new Uint8Array());
  if (count <= 3 * sampleLength) return digest(part(0, count));
  const middle = Math.floor((count - sampleLength) / 2);
  const starts = [0, middle, count - sampleLength];
  const pieces = starts.map((start) => part(start, start + sampleLength));
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return digest(bytes);
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

/**
 * The constant that multiplies each channel of a convolution's result, if nothing else reads that
 * result: simplifiers and optimisers fold it into the weight, so both forms must count as one.
 * NAFNet's `beta` and `gamma` are examples.
 */
function scaleAfter(
  facts: GraphFacts,
  tensors: ReadonlyMap<string, Tensor>,
  conv: Node,
): Tensor | undefined {
  const [made] = conv.outputs;
  if (conv.opType !== 'Conv' || made === undefined || facts.isOutput(made)) return undefined;
  const [use, ...others] = facts.uses(made);
  const reader = use && facts.model.graph.nodes[use.node];
  if (!reader || others.length > 0 || reader.opType !== 'Mul') return undefined;
  const scale = tensors.get(reader.inputs[1 - use.input] ?? '');
  const weight = tensors.get(conv.inputs[1] ?? '');
  if (scale?.dataType !== 'float32' || weight?.dataType !== 'float32') return undefined;
  const channels = weight.dims[0] ?? 0;
  const perChannel = scale.dims.length <= 4 && scale.dims.at(-3) === channels;
  const count = elementCount(scale.dims);
  return count === 1 || (perChannel && count === channels) ? scale : undefined;
}
