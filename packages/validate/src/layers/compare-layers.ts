import { join } from 'node:path';
import {
  extractNodes,
  fixInputDims,
  type GraphFacts,
  graphFacts,
  type Model,
} from '@pip-graft/onnx-graft';
import { saveModel, temporaryFolder } from '@pip-graft/onnx-graft/node';
import type { Device, NativeOptions, SliceValue } from '@pip-graft/runtime';
import { type Isolation, requireInputs, WorkerProcess } from '@pip-graft/runtime';
import type { TensorFeeds } from '@pip-graft/weights';
import type { LayerFigures, LayerGap } from '../verdict.ts';
import { planSlices, type Slice } from './plan-slices.ts';

export interface CompareLayersOptions {
  readonly device: Device;
  readonly deviceId?: number;
  readonly threads?: number;
  /** Input tensors, whose shapes are built in. An input with a default is optional and becomes a constant. */
  readonly feeds: TensorFeeds;
  /** Largest accepted relative error. */
  readonly limit: number;
  /** Bytes of tensors that one side produces in one slice; default: 96 MB. */
  readonly budget?: number;
  readonly isolation?: Isolation;
  readonly onSlice?: (done: number, total: number) => void;
}

/** In bytes. Three sides, each twice for conversion, and the models stay below 2 GB. */
const defaultBudget = 96e6;

/**
 * Compares every inner float tensor of a model on a device with the CPU running the graph as written.
 *
 * The model runs in slices, in a separate process. Each slice runs on the CPU, on the device with the
 * device's earlier tensors, and on the device with the CPU's: this separates a slice's own error from
 * the error it inherits.
 *
 * Because every value is an output, kernels are not fused here; the parity check compares the model's
 * outputs as optimised for serving.
 *
 * Errors: `RUNTIME_FAILED` when a slice does not run, crashes or hangs, with its nodes.
 */
export async function compareLayers(
  given: Model,
  options: CompareLayersOptions,
): Promise<LayerFigures> {
  const { feeds, limit, budget = defaultBudget, onSlice } = options;
  const dims = Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims]));
  // Inputs that are fed must not be constants.
  const open = requireInputs(given, Object.keys(feeds))?.model ?? given;
  const model = fixInputDims(open, dims);
  const facts = graphFacts(model);
  const slices = planSlices(facts, budget);
  const folder = await temporaryFolder();
  const worker = new WorkerProcess(model.source.label, options.isolation);
  const layers: LayerGap[] = [];
  try {
    await worker.call('feed', feeds);
    for (const [at, slice] of slices.entries()) {
      // Each slice gets its own folder with links to its external data.
      const home = await temporaryFolder(folder.path);
      const path = join(home.path, 'slice.onnx');
      await writeSlice(model, facts, slice, path);
      const { values } = await worker.call('slice', {
        path,
        ...sides(label(model, slice, at, slices.length), options),
        inputs: slice.inputs,
        outputs: slice.outputs,
        keep: slice.live,
      });
      layers.push(...judgeLayers(values, facts, layers, limit));
      await home.remove();
      onSlice?.(at + 1, slices.length);
    }
  } finally {
    await worker.close();
    await folder.remove();
  }
  const image = Object.values(feeds).find((tensor) => tensor.dims.length === 4)?.dims ?? [];
  return {
    width: image[3] ?? 0,
    height: image[2] ?? 0,
    compared: layers.length,
    slices: slices.length,
    limit,
    rows: selectLayers(layers),
  };
}

function label({ source, graph }: Model, { nodes }: Slice, at: number, of: number): string {
  const own = [...nodes].sort((a, b) => a - b);
  const [first, last] = [graph.nodes[own[0]!], graph.nodes[own.at(-1)!]];
  const name = (node: typeof first): string => `${node?.opType} '${node?.name}'`;
  return `${source.label}: slice ${at + 1} of ${of}, ${name(first)} to ${name(last)}`;
}

function sides(name: string, { device, deviceId = 0, threads }: CompareLayersOptions) {
  const common = {
    label: name,
    deviceId,
    strict: false,
    ...(threads === undefined ? {} : { threads }),
  };
  const reference: NativeOptions = { ...common, device: 'cpu', optimisation: 'disabled' };
  // On the CPU, this compares optimised kernels with the graph as written.
  const subject: NativeOptions = { ...common, device, optimisation: 'all' };
  return { reference, subject };
}

async function writeSlice(
  model: Model,
  facts: GraphFacts,
  slice: Slice,
  path: string,
): Promise<void> {
  const inputs = slice.inputs.map((name) => {
    const { dataType = 'float32', dims } = facts.sample.values.get(name) ?? {};
    return { name, dataType, dims: dims?.map((size) => (Number.isNaN(size) ? null : size)) ?? [] };
  });
  const part = extractNodes(model, { nodes: slice.nodes, inputs, outputs: slice.outputs });
  const durable = false;
  return saveModel(part, path, { durable, externalData: 'link' }).catch(() =>
    saveModel(part, path, { durable, externalData: 'copy' }),
  );
}

/**
 * Marks the values of a slice where an error starts: beyond the limit there, but in no input of the
 * node.
 *
 * @param before the rows of earlier slices, which this slice reads
 */
export function judgeLayers(
  values: readonly SliceValue[],
  facts: Pick<GraphFacts, 'model' | 'producer'>,
  before: readonly LayerGap[],
  limit: number,
): LayerGap[] {
  const errors = new Map([
    ...before.map((row) => [row.value, row.relative] as const),
    ...values.map((row) => [row.value, row.gap.relative] as const),
  ]);
  // NaN exceeds every limit.
  const wrong = (error: number): boolean => !(error <= limit);
  return values.map(({ value, dims, gap, own }) => {
    const node = facts.model.graph.nodes[facts.producer(value)!]!;
    const inherited = node.inputs.some((name) => wrong(errors.get(name) ?? 0));
    const begins = wrong(gap.relative) && !inherited;
    return { value, node: node.name, opType: node.opType, dims, ...gap, own, begins };
  });
}

/** Most rows of either kind in a report. */
const shown = 40;

/** The rows where errors start and the worst of the others, in graph order. */
export function selectLayers(layers: readonly LayerGap[]): LayerGap[] {
  const size = ({ relative }: LayerGap): number =>
    Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
  const beginnings = layers.filter(({ begins }) => begins).slice(0, shown);
  const rest = layers
    .filter(({ begins, maxAbs }) => !begins && maxAbs !== 0)
    .sort((a, b) => size(b) - size(a) || b.own - a.own)
    .slice(0, shown);
  const chosen = new Set([...beginnings, ...rest]);
  return layers.filter((layer) => chosen.has(layer));
}
