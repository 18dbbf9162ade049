import {
  extendGraph,
  extractNodes,
  type FloatType,
  GraphBuilder,
  type GraphFacts,
  graphFacts,
  type Model,
  NameScope,
  type Node,
  ops,
  type ValueInfo,
  type ValueSpec,
} from '@pip-graft/onnx-graft';
import type { GraftRecord } from './graft-record.ts';

/**
 * A grafted model in two halves, which together restore an image in tiles as if it were whole: PIP
 * sees the image only through skip features resized to the prompt's size, so these are sampled from
 * all tiles first, and then every tile gets its part of the prompt of the whole image.
 */
export interface SplitModel {
  /** From an image, and {@link SplitPrompt.rows} and `columns`, to `sampled` of every prompt. */
  readonly sampling: Model;
  /** From what the model takes, and `sampled`, `rows` and `columns` of every prompt, to the output. */
  readonly tiling: Model;
  readonly prompts: readonly SplitPrompt[];
}

/** A prompt of a {@link SplitModel}. All its inputs and outputs are float32. */
export interface SplitPrompt {
  /** Downsampling factor of its skip feature from the image. */
  readonly scale: number;
  /** The model itself pads rows and columns to a multiple of this before that feature. */
  readonly multiple: number;
  /** Rows and columns of the prompt, s. */
  readonly size: number;
  /** Channels of the skip feature, C. */
  readonly channels: number;
  /**
   * The skip feature at the prompt's size: an output of `sampling`, (1,C,s,s), where every tile's is
   * a part of the sum, and an input of `tiling`, (C,s,s).
   */
  readonly sampled: string;
  /**
   * Input by which a tile of h rows is sampled, (s,h), and by which the prompt is drawn, (h,s).
   */
  readonly rows: string;
  /** Input like `rows` for w columns: (w,s), then (s,w). */
  readonly columns: string;
}

/**
 * Splits a grafted model. undefined if it does not show where its prompts are, as after an
 * optimiser, or at which scale.
 */
export function splitPrompts(model: Model, graft: GraftRecord): SplitModel | undefined {
  const facts = graphFacts(model);
  const found = graft.sites.flatMap(({ modules }) =>
    modules.map(({ values }) => {
      const sample = sampler(model, facts, values.semanticMap);
      return sample && { sample, draw: drawer(model, facts, values.prompt), prompt: values.prompt };
    }),
  );
  const taken = new NameScope(model);
  const places: Place[] = [];
  for (const one of found) {
    if (!one?.draw) return undefined;
    const feature = one.sample.inputs[0]!;
    const [size, scale] = [facts.sample.values.get(one.prompt)?.dims?.[2], facts.scale(feature)];
    const channels = facts.channels(feature);
    if (!size || !channels || scale === undefined || !Number.isInteger(scale)) return undefined;
    const name = (what: string) => taken.take(`split/${places.length + 1}/${what}`);
    const names = { sampled: name('sampled'), rows: name('rows'), columns: name('columns') };
    places.push({
      sample: one.sample,
      draw: one.draw,
      feature,
      prompt: one.prompt,
      split: { scale, multiple: paddedTo(facts, feature, scale), size, channels, ...names },
    });
  }
  if (places.length === 0) return undefined;
  return {
    sampling: samplingModel(model, facts, places),
    tiling: tilingModel(model, facts, places),
    prompts: places.map(({ split }) => split),
  };
}

interface Place {
  /** The Resize of the skip feature to the prompt's size. */
  readonly sample: Node;
  /** The Resize of the prompt to the feature's size. */
  readonly draw: Node;
  readonly feature: string;
  readonly prompt: string;
  readonly split: SplitPrompt;
}

/** Found by running the model's shape arithmetic on an image of one more row; 1 if that fails. */
function paddedTo(facts: GraphFacts, feature: string, scale: number): number {
  const { batch, height, width } = facts.sizes;
  const { conflicts, values } = facts.at({ batch, height: height + 1, width: width + 1 });
  const rows = values.get(feature)?.dims?.[2] ?? Number.NaN;
  const multiple = rows * scale - height;
  return conflicts.length === 0 && multiple >= 1 ? multiple : 1;
}

/** What may be between the resized feature and the semantic map. */
const between = new Set(['Mul', 'Pad', 'Cast', 'Slice']);

function sampler(model: Model, facts: GraphFacts, semanticMap: string): Node | undefined {
  for (let value: string | undefined = semanticMap; value !== undefined; ) {
    const at = facts.producer(value);
    const node: Node | undefined = at === undefined ? undefined : model.graph.nodes[at];
    if (node?.opType === 'Resize') return node;
    value = node && between.has(node.opType) ? node.inputs[0] : undefined;
  }
  return undefined;
}

function drawer(model: Model, facts: GraphFacts, prompt: string): Node | undefined {
  for (const { node, input } of facts.uses(prompt)) {
    const reader = model.graph.nodes[node]!;
    if (reader.opType === 'Resize' && input === 0) return reader;
    if (reader.opType === 'Cast') return drawer(model, facts, reader.outputs[0]!);
  }
  return undefined;
}

function samplingModel(model: Model, facts: GraphFacts, places: readonly Place[]): Model {
  const part = partBefore(
    model,
    facts,
    places.map(({ feature }) => feature),
  );
  const g = builder(model);
  for (const { feature, split } of places) {
    const wide = ops.toFloat32(g, feature, typeOf(facts, feature));
    const across = ops.matmul(g, wide, split.columns);
    g.node('MatMul', [split.rows, across], {}, { outputs: [split.sampled] });
  }
  const prompts = places.map(({ split }) => split);
  return extendGraph(part, {
    fragment: g.fragment(),
    inputs: prompts.flatMap(({ rows, columns, size }) => [
      float32(rows, [size, `${rows}/h`]),
      float32(columns, [`${columns}/w`, size]),
    ]),
    outputs: prompts.map(({ sampled, channels, size }) =>
      float32(sampled, ['images', channels, size, size]),
    ),
  });
}

function tilingModel(model: Model, facts: GraphFacts, places: readonly Place[]): Model {
  const dropped = new Set(places.flatMap(({ sample, draw }) => [sample.index, draw.index]));
  const part = extractNodes(model, {
    nodes: new Set(model.graph.nodes.map(({ index }) => index).filter((at) => !dropped.has(at))),
    inputs: model.graph.inputs.map(specOf),
    outputs: [],
  });
  const g = builder(model);
  for (const { sample, draw, prompt, split } of places) {
    const { sampled, channels, size } = split;
    const whole = ops.reshape(g, sampled, [1, channels, size, size]);
    put(g, facts, whole, sample.outputs[0]!);
    const wide = ops.toFloat32(g, prompt, typeOf(facts, prompt));
    const across = ops.matmul(g, wide, split.columns);
    put(g, facts, ops.matmul(g, split.rows, across), draw.outputs[0]!);
  }
  const prompts = places.map(({ split }) => split);
  return extendGraph(part, {
    fragment: g.fragment(),
    inputs: prompts.flatMap(({ sampled, rows, columns, channels, size }) => [
      // Three dimensions: an input of four would pass for the image.
      float32(sampled, [channels, size, size]),
      float32(rows, [`${rows}/h`, size]),
      float32(columns, [size, `${columns}/w`]),
    ]),
    outputs: model.graph.outputs.map(specOf),
  });
}

/** Gives a float32 value the name and type of one that was dropped. */
function put(g: GraphBuilder, facts: GraphFacts, value: string, as: string): void {
  ops.identity(g, ops.fromFloat32(g, value, typeOf(facts, as)), { output: as });
}

function typeOf(facts: GraphFacts, value: string): FloatType {
  const type = facts.value(value)?.dataType;
  return type === 'float16' || type === 'bfloat16' ? type : 'float32';
}

function builder(model: Model): GraphBuilder {
  const opset = model.opsets.get('') ?? 0;
  return new GraphBuilder({ opset, prefix: 'split', taken: new NameScope(model) });
}

function float32(name: string, dims: ValueSpec['dims']): ValueSpec {
  return { name, dataType: 'float32', dims };
}

/**
 * The part of a model that computes some values, with the inputs that it reads. Its outputs are to
 * be added, unless they are given.
 */
function partBefore(
  model: Model,
  facts: GraphFacts,
  values: readonly string[],
  outputs: readonly string[] = [],
): Model {
  const before = values.map((value) => facts.ancestors(value));
  const kept = model.graph.nodes.filter(({ index }) => before.some((set) => set.has(index)));
  // Bodies of If and Loop read outer values too.
  const read = new Set(
    kept.flatMap(({ index, inputs }) => [...inputs, ...(facts.captures.get(index) ?? [])]),
  );
  return extractNodes(model, {
    nodes: new Set(kept.map(({ index }) => index)),
    inputs: model.graph.inputs.filter(({ name }) => read.has(name)).map(specOf),
    outputs,
  });
}

/** A value's name, type and dims, for a model made of parts of another. */
function specOf({ name, dataType = 'float32', dims = [] }: ValueInfo): ValueSpec {
  return { name, dataType, dims };
}

/**
 * The sensor of a grafted model alone, from the image to the weights that it finds: a small part of
 * what the model computes. undefined without a sensor.
 */
export function sensorPart(model: Model, { auto }: GraftRecord): Model | undefined {
  const found = model.graph.outputs.find(({ name }) => name === auto?.output);
  return found && partBefore(model, graphFacts(model), [found.name], [found.name]);
}
