import { argument, GraftError } from '@pip-graft/onnx-graft';
import {
  byPrefix,
  choosePrefixed,
  type FloatTensor,
  isAverage,
  type Prefixed,
  type StoredTensor,
  shownName,
  type TensorMap,
} from '@pip-graft/weights';
import { type Backbone, backboneParameters } from '../networks/backbone.ts';
import { additionIn, checkWeights, type Parameter } from '../networks/parameter.ts';
import { isPip } from './detect-restormer.ts';
import { anchors, findFamily, isBeside, isFloat } from './find-family.ts';
import {
  hasAverages,
  isOptimiser,
  type LeftAverage,
  leftAverages,
  type NamedNetwork,
  nameAverages,
} from './name-averages.ts';
import { Shapes } from './shapes.ts';

/** A network recognised in a checkpoint: everything needed to build it, and what else was found. */
export interface DetectedBackbone {
  readonly backbone: Backbone;
  /** Its weights by name. */
  readonly weights: TensorMap;
  /** Path before its names in the checkpoint, such as `state_dict.net`; empty if there is none. */
  readonly prefix: string;
  /** Whether the weights are averages over the training (EMA), judging by their path. */
  readonly average: boolean;
  /** Averages of its weights that cannot be imported, if the plain ones were taken instead. */
  readonly leftAverages: readonly LeftAverage[];
  /** Prefixes of other networks of known families to choose from. */
  readonly others: readonly string[];
  /** Known names that are never used. */
  readonly unused: readonly string[];
  /** Names of PIP modules in the same network, for `importAdapter`. */
  readonly pip: readonly string[];
  /** Names under the same prefix that are not part of the network, such as a loss network's. */
  readonly beside: readonly string[];
}

/** Options of {@link detectBackbone}. */
export interface DetectOptions {
  /**
   * Path before the network's names. Also declares that unknown modules beside it are not part of
   * the network. Default: that of the only network, or of its only average.
   */
  readonly prefix?: string | undefined;
  /** The checkpoint's name in messages; default: `checkpoint`. */
  readonly label?: string;
}

/** A tensor of a checkpoint, or a made one. */
type Given = FloatTensor & Partial<Pick<StoredTensor, 'dtype' | 'array' | 'unread'>>;

/** A network of a known family; its sizes may turn out to be inconsistent. */
type Candidate = Prefixed<Given> & { readonly shapes: Shapes; readonly sizes: () => Backbone };

/** Names that a message lists. */
const listed = 6;

/** Networks that averages are compared with: a hostile file may have thousands. */
const mostNamed = 8;

/** What to do about a tensor that cannot be imported, by its type. */
const conversions: readonly (readonly [what: RegExp, advice: string])[] = [
  [
    /^a NumPy array/,
    "convert it with torch.from_numpy(array.astype('float32')) and save again with torch.save",
  ],
  [/\(meta\)/, "load the network's weights before you save its state_dict()"],
  [/^a sparse/, 'convert it with tensor.to_dense() and save again'],
  [/^a quantised/, 'convert it with tensor.dequantize() and save again'],
  [/view$/, 'convert it with tensor.resolve_conj().resolve_neg() and save again'],
  [/device$/, 'move it with tensor.cpu() and save again'],
];
const inFloat32 = 'save the network in float32';

/** A tensor in the state_dict() of an optimiser of PyTorch. */
const optimiserState = /^state\.\d+\.\w+$/;

/** Names that a network of a known family always has, with dots written in another way. */
const flatAnchor =
  /(?:^|[^A-Za-z])(intro[^A-Za-z.]{0,2}weight|patch_embed[^A-Za-z.]{0,2}proj[^A-Za-z.]{0,2}weight)(?:$|[^A-Za-z])/;

const pipNames = /^(prompt\d+\.|low_prompt_interaction_level\d+\.)/;
/**
 * In the releases of PIP and of PromptIR; docs/notes/pip.md section 5 and backbones.md section 3.
 */
const neverRun = /^(reduce_noise_channel_[123]|chnl_reduce[123])\.(weight|bias)$/;

/**
 * Finds the network of a known family in a checkpoint, under any prefix and beside anything else,
 * with all its sizes, from names and shapes; reads numbers only to compare copies. Distinguishes
 * PIP from PromptIR and both from Restormer, whose names they all have.
 *
 * Errors: `UNSUPPORTED_HOST` if there is no network of a known family, or it has other modules or
 * element types; `INVALID_ARGUMENT` for several networks, with their prefixes; `CORRUPT_FILE`, with
 * the names, if tensors are missing, extra or of another shape. Source: docs/notes/backbones.md
 * sections 1 to 3.
 *
 * @example
 * const { backbone, weights } = detectBackbone(checkpoint.tensors);
 * const model = buildBackbone(backbone, weights);
 */
export function detectBackbone(
  tensors: ReadonlyMap<string, Given>,
  { prefix, label = 'checkpoint' }: DetectOptions = {},
): DetectedBackbone {
  argument.requireTensors(tensors, 'detectBackbone');
  const named = withNamedAverages(tensors, label);
  const candidates = candidatesIn(named, label);
  if (candidates.length === 0) throw unknownNetwork([...tensors.keys()], label);
  // With an explicit prefix, and alone, a network reports its own problems.
  const reports = prefix !== undefined || candidates.length === 1;
  const sound = reports ? [] : candidates.flatMap((candidate) => soundIn(candidate, label));
  const usable = sound.length > 0 ? sound : candidates;
  const chosen = choosePrefixed(usable, { prefix, label, describe });
  const others = usable.filter((one) => one !== chosen).map((one) => one.prefix);
  const found = detected(chosen, label, prefix !== undefined);
  // Whoever names a prefix has made the choice.
  const isChosen = prefix !== undefined || found.average;
  const left = isChosen ? [] : leftAverages(named, namedNetwork(chosen, found));
  return { ...found, others, leftAverages: left };
}

/**
 * A checkpoint's tensors, with the network's names for averages that were kept without: a list, or
 * names without dots. Unchanged if there are none, or averages with names.
 */
export function withNamedAverages<T extends Given>(
  tensors: ReadonlyMap<string, T>,
  label = 'checkpoint',
): ReadonlyMap<string, T> {
  argument.requireTensors(tensors, 'withNamedAverages');
  if (!hasAverages(tensors)) return tensors;
  const sound = candidatesIn(tensors, label).flatMap((one) => soundIn(one, label, true));
  if (sound.some(({ average }) => average)) return tensors;
  const networks = sound
    .slice(0, mostNamed)
    .map((one) => namedNetwork(one, detected(one, label, true)));
  return nameAverages(tensors, networks);
}

/** A network as its optimiser knows it: all its parameters, those that never run too. */
function namedNetwork(
  { prefix, tensors }: Candidate,
  { weights, unused, pip }: DetectedBackbone,
): NamedNetwork {
  const own = new Set([...weights.keys(), ...unused, ...pip]);
  const all = [...tensors].filter(([name]) => own.has(name));
  return { prefix, parameters: new Map(all.map(([name, { dims }]) => [name, dims])) };
}

function candidatesIn(tensors: ReadonlyMap<string, Given>, label: string): Candidate[] {
  return byPrefix(tensors, anchors).flatMap((group) => {
    const shapes = new Shapes(group.tensors, label);
    const sizes = isOptimiser(group.prefix) ? undefined : findFamily(shapes);
    return sizes ? [{ ...group, shapes, sizes }] : [];
  });
}

function soundIn(candidate: Candidate, label: string, insist = false): Candidate[] {
  try {
    detected(candidate, label, insist);
    return [candidate];
  } catch (error) {
    if (error instanceof GraftError) return [];
    throw error;
  }
}

function detected(
  { prefix, average, tensors, shapes, sizes }: Candidate,
  label: string,
  insist = false,
): DetectedBackbone {
  const backbone = sizes();
  const parameters = parametersOf(backbone, label);
  const used = new Set(parameters.filter(({ unused }) => !unused).map(({ name }) => name));
  const modules = new Set(parameters.map(({ name }) => name.split('.', 1)[0]!));
  const hasPip = isPip(shapes);
  const weights = new Map<string, Given>();
  const foreign: string[] = [];
  const unused: string[] = [];
  const pip: string[] = [];
  const beside: string[] = [];
  for (const [name, tensor] of tensors) {
    if (hasPip && pipNames.test(name)) pip.push(name);
    else if (backbone.family !== 'nafnet' && neverRun.test(name) && !used.has(name)) {
      unused.push(name);
    } else if (isBeside(name, tensor, modules)) beside.push(name);
    else if (modules.has(name.split('.', 1)[0]!)) weights.set(name, tensor);
    else foreign.push(name);
  }
  checkWeights(`${backbone.family} (${label})`, parameters, weights);
  for (const [name, { dtype = '', unread }] of weights) {
    if (unread !== undefined) {
      const advice = conversions.find(([what]) => what.test(dtype))?.[1] ?? inFloat32;
      throw new GraftError(
        'UNSUPPORTED_HOST',
        `${label}: tensor '${shownName(name)}': ${unread}; ${advice}.`,
      );
    }
  }
  const [whole] = [...weights].find(([, { dtype = 'F32' }]) => !isFloat(dtype)) ?? [];
  if (whole !== undefined) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: tensor '${shownName(whole)}': it is of type ${weights.get(whole)!.dtype}, as in a quantised network, and what its numbers stand for is unknown; ${inFloat32}.`,
    );
  }
  if (foreign.length > 0 && !insist) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: it has a ${backbone.family}, and tensors beside it that are not of this network: ${namesIn(foreign)}; export a variant of the network to ONNX with PyTorch, or, if they are not part of it, insist with --prefix '${shownName(prefix)}'${prefix === '' ? ' (an empty one)' : ''}.`,
    );
  }
  beside.push(...foreign);
  return { backbone, weights, prefix, average, others: [], leftAverages: [], unused, pip, beside };
}

/** Parameters that the sizes imply. Impossible sizes are the file's fault, not the caller's. */
function parametersOf(backbone: Backbone, label: string): Parameter[] {
  try {
    return backboneParameters(backbone);
  } catch (cause) {
    if (!(cause instanceof GraftError)) throw cause;
    throw new GraftError('CORRUPT_FILE', `${label}: its sizes fit no network: ${cause.message}`, {
      cause,
    });
  }
}

function describe({ shapes, sizes }: Candidate): string {
  try {
    const backbone = sizes();
    const { family, config } = backbone;
    if (family === 'nafnet') return `nafnet, width ${config.width}`;
    if (family === 'unet') return `unet, width ${config.widths[0]}`;
    const { dim } = family === 'promptir' ? config.trunk : config;
    return `${isPip(shapes) ? 'restormer with PIP' : family}, dim ${dim}`;
  } catch {
    return 'damaged';
  }
}

function unknownNetwork(names: readonly string[], label: string): GraftError {
  const [list] = names.flatMap((name) => /^(.*)\.0$/.exec(name)?.[1] ?? []).filter(isAverage);
  if (list !== undefined) {
    return new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: '${shownName(list)}' is a list of tensors without names, as an average of the weights (EMA) is kept, and there is no network beside it to name them; import the checkpoint that has the network's state_dict() too, or copy the average into the network and save its state_dict() with torch.save.`,
    );
  }
  if (names.length > 0 && names.every((name) => isOptimiser(name) || optimiserState.test(name))) {
    return new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: it has an optimiser's state and no network; import the file that the network's state_dict() was saved to.`,
    );
  }
  const addition = additionIn(names);
  if (addition !== undefined) {
    return new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: no network of a known family: ${addition}.`,
    );
  }
  const flat = names.find((name) => flatAnchor.test(name));
  if (flat !== undefined) {
    return new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: no network under its own names: '${shownName(flat)}' looks like one whose dots were replaced or removed; import the file that the network's state_dict() was saved to, or give the tensors their names back.`,
    );
  }
  const advice = /-\d+-of-\d+\.\w+$/.test(label)
    ? 'It is one of several files: import the index beside it, such as model.safetensors.index.json.'
    : 'Export other networks to ONNX with PyTorch.';
  return new GraftError(
    'UNSUPPORTED_HOST',
    `${label}: no network of a known family: neither Restormer, PromptIR or PIP ('patch_embed.proj.weight') nor NAFNet or our U-Net ('intro.weight'). Its names are ${namesIn(names)}. ${advice}`,
  );
}

function namesIn(names: readonly string[]): string {
  const more = names.length > listed ? `, … (${names.length} in all)` : '';
  return `${names.slice(0, listed).map(shownName).join(', ') || 'none'}${more}`;
}
