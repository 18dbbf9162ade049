import {
  type DataType,
  GraftError,
  type GraftRecord,
  type Model,
  mainImage,
  type ValueInfo,
} from '@pip-graft/graft';

/** Triton's names for element types. */
const types: Partial<Record<DataType, string>> = {
  bool: 'TYPE_BOOL',
  uint8: 'TYPE_UINT8',
  uint16: 'TYPE_UINT16',
  uint32: 'TYPE_UINT32',
  uint64: 'TYPE_UINT64',
  int8: 'TYPE_INT8',
  int16: 'TYPE_INT16',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
  float16: 'TYPE_FP16',
  float32: 'TYPE_FP32',
  float64: 'TYPE_FP64',
  bfloat16: 'TYPE_BF16',
};

/** A tensor in Triton's configuration; its dims omit the batch if Triton batches. */
export interface TritonTensor {
  readonly name: string;
  readonly dataType: string;
  readonly dims: readonly number[];
}

/** Triton's configuration of a model. */
export interface TritonConfig {
  readonly name: string;
  /** Largest batch; 0 if Triton does not batch, because the model's batch is fixed. */
  readonly maxBatchSize: number;
  readonly inputs: readonly TritonTensor[];
  readonly outputs: readonly TritonTensor[];
  /** Parameters for callers: the order of the weights and the size multiple. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Returns Triton's configuration of a model. Inputs with a default are not listed, so Triton does
 * not see them.
 *
 * Errors: `UNSUPPORTED_LAYOUT` for a model without an image input, or with a tensor that Triton
 * does not support.
 */
export function tritonConfig(
  model: Model,
  name: string,
  {
    maxBatch,
    graft,
    sizeMultiple,
  }: {
    readonly maxBatch: number;
    readonly graft: GraftRecord | null;
    readonly sizeMultiple: number;
  },
): TritonConfig {
  const { graph, source } = model;
  const image = mainImage(model);
  if (image === undefined)
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${source.label}: no input is an image, of rank 4; export a restoration network.`,
    );
  const defaults = new Set(graph.initializers.map((tensor) => tensor.name));
  const inputs = graph.inputs.filter((input) => !defaults.has(input.name));
  const fixed = [...inputs, ...graph.outputs].find(({ dims }) => typeof dims?.[0] === 'number');
  const batched = fixed === undefined && !graft?.host.image?.inParts && maxBatch > 0;
  const tensor = (value: ValueInfo): TritonTensor => tensorOf(value, batched, source.label);
  return {
    name,
    maxBatchSize: batched ? maxBatch : 0,
    inputs: inputs.map(tensor),
    outputs: graph.outputs.map(tensor),
    parameters: {
      size_multiple: String(sizeMultiple),
      ...(graft?.inputs ? { labels: graft.labels.join(',') } : {}),
    },
  };
}

function tensorOf(
  { name, dataType, dims }: ValueInfo,
  batched: boolean,
  label: string,
): TritonTensor {
  const type = dataType && types[dataType];
  if (type === undefined || dims === undefined || dims.length === 0)
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${label}: '${name}' has ${type === undefined ? 'a type that Triton does not have' : 'no batch axis'}, so Triton cannot serve it; export the model with tensors of a standard type and a batch axis.`,
    );
  const sizes = dims.map((size) => (typeof size === 'number' ? size : -1));
  return { name, dataType: type, dims: batched ? sizes.slice(1) : sizes };
}
