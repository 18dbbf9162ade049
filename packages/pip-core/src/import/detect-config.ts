import { GraftError } from '@pip-graft/onnx-graft';
import { defaultLabels } from '../config/default-config.ts';
import {
  hiddenWidth,
  type LevelConfig,
  type PipConfig,
  type PipMode,
} from '../config/pip-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { names } from '../parameters/names.ts';

/** Shapes of one level's tensors, by name within the level. */
export type LevelShapes = ReadonlyMap<string, readonly number[]>;

/** Order of the release with seven labels: noise of σ 15, 25 and 50 are separate classes. */
const sevenLabels = ['noise-15', 'noise-25', 'noise-50', 'rain', 'haze', 'blur', 'low-light'];

/** Expansions are written with at most this many decimals; the release uses 2.66. */
const mostDecimals = 4;
const usualExpansion = 2.66;

/** Fixed in the release, and not visible in shapes if a mode has no attention. */
const usualFeatureHeads = 4;

/**
 * Infers the config of a set of PIP modules from names and shapes alone.
 *
 * Errors: `ADAPTER_INVALID` if they belong to no mode, or levels disagree.
 */
export function detectConfig(
  levels: ReadonlyMap<number, LevelShapes>,
  label: string,
  labels?: readonly string[],
): PipConfig {
  const numbers = [...levels.keys()].sort((a, b) => a - b);
  const found = numbers.map((level) => detectLevel(level, levels.get(level)!, label));
  const [first] = found;
  if (first === undefined) throw invalid(label, 'it has no PIP module');
  for (const other of found) {
    if (other.mode !== first.mode || other.degradations !== first.degradations) {
      throw invalid(
        label,
        `level ${first.config.level} is ${inWords(first)}, but level ${other.config.level} is ${inWords(other)}`,
      );
    }
  }
  if (labels !== undefined && labels.length !== first.degradations) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${label}: its prompts are for ${first.degradations} degradations, but ${labels.length} labels were given (${labels.join(', ')}).`,
    );
  }
  return validateConfig({
    mode: first.mode,
    attach: 'replace',
    labels: labels ?? labelsFor(first.degradations),
    levels: found.map(({ config }) => config),
    expansion: expansionOf(
      found.flatMap(({ hidden }) => hidden),
      label,
    ),
    dtype: 'float32',
  });
}

interface DetectedLevel {
  readonly mode: PipMode;
  readonly degradations: number;
  readonly config: LevelConfig;
  /** Input and hidden widths of the feed-forward parts. */
  readonly hidden: readonly (readonly [width: number, hidden: number])[];
}

function inWords({ mode, degradations }: DetectedLevel): string {
  return `${mode} with ${degradations} degradations`;
}

function detectLevel(level: number, shapes: LevelShapes, label: string): DetectedLevel {
  const size = (name: string, rank: number, axis: number): number => {
    const dims = shapes.get(name);
    if (dims === undefined || dims.length !== rank) {
      const problem = dims ? `has shape [${dims.join(', ')}]` : 'is missing';
      throw invalid(label, `level ${level}: '${name}' ${problem}; rank ${rank} was expected`);
    }
    return dims[axis]!;
  };
  const mode = modeOf(shapes);
  if (mode === undefined) {
    const seen = [...shapes.keys()].filter((name) => name.startsWith('interaction.')).slice(0, 3);
    throw invalid(
      label,
      `level ${level}: its prompt-to-feature part is of no known mode (${seen.join(', ') || 'there is none'})`,
    );
  }
  const c = size(names.basic, 4, 1);
  const { feedForward, attention } = names.promptToPrompt;
  const C = featureChannels(mode, size);
  const block = mode === 'convgate' ? undefined : blockOf(mode);
  const width = mode === 'promptir' || mode === 'promptir_gate' ? C + c : C;
  return {
    mode,
    degradations: size(names.degradation, 5, 1),
    config: {
      level,
      channels: C,
      promptChannels: c,
      promptSize: size(names.basic, 4, 2),
      p2pHeads: size(attention.temperature, 3, 0),
      p2fHeads: block ? size(block.attention.temperature, 3, 0) : usualFeatureHeads,
    },
    hidden: [
      [c, size(feedForward.projectOut, 4, 1)],
      ...(block ? [[width, size(block.feedForward.projectOut, 4, 1)] as const] : []),
    ],
  };
}

function modeOf(shapes: LevelShapes): PipMode | undefined {
  const { cross, convgate, promptir, promptirGate } = names;
  if (shapes.has(cross.attention.query)) {
    return shapes.has(cross.attention.topm[0]!) ? 'pip_cross_topm' : 'pip_cross';
  }
  if (shapes.has(promptirGate.gate)) return 'promptir_gate';
  if (shapes.has(promptir.reduce)) return 'promptir';
  return shapes.has(convgate.shared) ? 'convgate' : undefined;
}

function blockOf(mode: PipMode) {
  return mode === 'promptir' || mode === 'promptir_gate' ? names.transformer : names.cross;
}

/** C: channels of the host's skip feature. */
function featureChannels(
  mode: PipMode,
  size: (name: string, rank: number, axis: number) => number,
): number {
  switch (mode) {
    case 'pip_cross':
    case 'pip_cross_topm':
      return size(names.cross.queryNorm.weight, 1, 0);
    case 'convgate':
      return size(names.convgate.gate, 4, 0);
    case 'promptir':
      return size(names.promptir.reduce, 4, 0);
    case 'promptir_gate':
      return size(names.promptirGate.gate, 4, 0);
  }
}

/** The expansion with the fewest decimals that gives every hidden width, 2.66 first. */
function expansionOf(pairs: readonly (readonly [number, number])[], label: string): number {
  const fits = (expansion: number) =>
    pairs.every(([width, hidden]) => hiddenWidth(width, expansion) === hidden);
  if (fits(usualExpansion)) return usualExpansion;
  const ratio = Math.max(...pairs.map(([width, hidden]) => hidden / width));
  for (let decimals = 0; decimals <= mostDecimals; decimals++) {
    const unit = 10 ** decimals;
    const expansion = Math.ceil(ratio * unit) / unit;
    if (fits(expansion)) return expansion;
  }
  const widths = pairs.map(([width, inner]) => `${width} to ${inner}`).join(', ');
  throw invalid(label, `no one expansion gives its feed-forward widths (${widths})`);
}

function labelsFor(count: number): readonly string[] {
  if (count === defaultLabels.length) return defaultLabels;
  if (count === sevenLabels.length) return sevenLabels;
  return Array.from({ length: count }, (_, index) => `degradation-${index + 1}`);
}

function invalid(label: string, problem: string): GraftError {
  return new GraftError(
    'ADAPTER_INVALID',
    `${label}: not a checkpoint of PIP modules: ${problem}.`,
  );
}
