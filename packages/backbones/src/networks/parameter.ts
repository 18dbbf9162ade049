import { GraftError } from '@pip-graft/onnx-graft';
import { constant, elementCount, normal, Random, type TensorMap } from '@pip-graft/weights';

/** Initialisation of a parameter: drawn from a distribution, or one number everywhere. */
export type Init =
  | {
      readonly kind: 'uniform';
      readonly low: number;
      readonly high: number;
      /** Number of adjacent rows that share each draw. Default: 1. */
      readonly alike?: number;
    }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number };

/** A tensor that a network needs, under its name in published checkpoints. */
export interface Parameter {
  readonly name: string;
  readonly dims: readonly number[];
  readonly init: Init;
  /** Whether it is never used: published checkpoints contain it, in any shape. */
  readonly unused?: boolean;
}

/**
 * Kaiming-uniform: ±gain/√fanIn. The default gain, a = √5, is usual for a convolution and its bias;
 * √6 preserves the scale of a signal through a ReLU.
 */
export function kaiming(fanIn: number, gain = 1): Init {
  const bound = gain / Math.sqrt(fanIn);
  return { kind: 'uniform', low: -bound, high: bound };
}

/** One number everywhere. */
export function constantly(value: number): Init {
  return { kind: 'constant', value };
}

/**
 * Untrained weights for a list of parameters, the same for the same seed. Every tensor has its own
 * stream, and its numbers are drawn on each access (saving a network accesses them once), so that a
 * large network is never whole in memory.
 *
 * @example initialWeights(nafnetParameters(nafnetDefaults), 7)
 */
export function initialWeights(parameters: readonly Parameter[], seed: number): TensorMap {
  const random = new Random(seed);
  return new Map(
    parameters.map(({ name, dims, init }) => [
      name,
      {
        dims,
        get data() {
          return draw(dims, init, random.fork(name));
        },
      },
    ]),
  );
}

function draw(dims: readonly number[], init: Init, random: Random): Float32Array {
  if (init.kind === 'constant') return constant(dims, init.value).data;
  if (init.kind === 'normal') return normal(dims, random, init.deviation).data;
  const { low, high, alike = 1 } = init;
  const data = new Float32Array(elementCount(dims));
  const row = data.length / dims[0]!;
  for (let start = 0; start < data.length; start += alike * row) {
    for (let i = start; i < start + row; i++) data[i] = random.uniform(low, high);
    for (let copy = 1; copy < alike; copy++) {
      data.copyWithin(start + copy * row, start, start + row);
    }
  }
  return data;
}

/** Names that a message lists before it counts the rest. */
const shown = 5;

/** Rejects missing, unknown or misshaped tensors in weights: `CORRUPT_FILE`, with the names. */
export function checkWeights(
  family: string,
  parameters: readonly Parameter[],
  weights: TensorMap,
): void {
  const known = new Set(parameters.map(({ name }) => name));
  const used = parameters.filter(({ unused }) => !unused);
  const missing = used.filter(({ name }) => !weights.has(name)).map(({ name }) => name);
  const extra = [...weights.keys()].filter((name) => !known.has(name));
  const misshaped = used.flatMap(({ name, dims }) => {
    const found = weights.get(name)?.dims;
    if (found === undefined || found.join() === dims.join()) return [];
    return [`${name} is [${found.join(', ')}] instead of [${dims.join(', ')}]`];
  });
  const problems = [
    ...listed('missing', missing),
    ...listed('not of this network', extra),
    ...listed('of another shape', misshaped),
  ];
  if (problems.length === 0) return;
  const addition = additionIn(extra);
  const advice = addition
    ? `As its names show, ${addition}.`
    : 'The file is damaged, or of a variant that is not known.';
  throw new GraftError(
    'CORRUPT_FILE',
    `Weights for ${family} do not fit its configuration: ${problems.join('; ')}. ${advice}`,
  );
}

function listed(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return [
    `${names.length} ${what}: ${names
      .slice(0, shown)
      .map((name) => name.replace(/[^ -~]/g, '?').slice(0, 200))
      .join(', ')}${more}`,
  ];
}

/** What training adds to a layer, by the ends of its names, and how to take it out again. */
const additions = [
  {
    names: /(^|\.)lora_\w+(\.\w+)*$|\.base_layer\.(weight|bias)$/,
    text: 'it has LoRA weights beside those of its layers: merge the LoRA weights first (merge_and_unload of PEFT), and save the state_dict() after that',
  },
  {
    names: /\.parametrizations\.\w+\.original\d*$/,
    text: 'it has parametrizations, such as weight_norm, in place of weights: remove them with torch.nn.utils.parametrize.remove_parametrizations, and save the state_dict() after that',
  },
  {
    names: /\.weight_[gv]$/,
    text: 'it has weight_norm in place of weights: remove it with torch.nn.utils.remove_weight_norm, and save the state_dict() after that',
  },
  {
    names: /\.weight_(orig|u)$/,
    text: 'it has spectral_norm or pruning in place of weights: remove it with torch.nn.utils.remove_spectral_norm or prune.remove, and save the state_dict() after that',
  },
  {
    names: /\.((weight_)?scales?|(weight_)?zero_points?|_packed_params(\.\w+)*)$/,
    text: 'it is quantised, and its layers have scales: import the network in float32, as it was before torch.ao.quantization.convert',
  },
  {
    names: /[._](ema|shadow|avg|average|averaged)$/i,
    text: "it has an average (EMA) beside each weight: save either the plain weights or the averages under the network's names",
  },
] as const;

/** What to do about names that training put in place of a network's; undefined for other names. */
export function additionIn(names: readonly string[]): string | undefined {
  return additions.find((one) => names.some((name) => one.names.test(name)))?.text;
}
