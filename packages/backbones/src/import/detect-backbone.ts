import { GraftError } from '@pip-graft/onnx-graft';
import type { FloatTensor, TensorMap } from '@pip-graft/weights';
import { type Backbone, backboneParameters } from '../networks/backbone.ts';
import { checkWeights } from '../networks/check-weights.ts';
import type { Parameter } from '../networks/parameter.ts';
import { detectNafnet, isNafnet } from './detect-nafnet.ts';
import {
  detectPromptir,
  detectRestormer,
  isPip,
  isPromptir,
  isRestormer,
} from './detect-restormer.ts';
import { detectUnet, isUnet } from './detect-unet.ts';
import { Shapes } from './shapes.ts';

/** A network recognised in a state dict: what is needed to build it, and what else was there. */
export interface DetectedBackbone {
  readonly backbone: Backbone;
  /** Its weights, under its names. */
  readonly weights: TensorMap;
  /** Known names that nothing ever runs. */
  readonly unused: readonly string[];
  /** Names of PIP modules in the same file, for `importAdapter`. */
  readonly pip: readonly string[];
}

/** How many names a message lists. */
const listed = 6;

const pipNames = /^(prompt\d+\.|low_prompt_interaction_level\d+\.)/;
/** In PIP's release and in PromptIR's; spec pip.md section 5 and backbones.md section 3. */
const neverRun = /^(reduce_noise_channel_[123]|chnl_reduce[123])\.(weight|bias)$/;

/**
 * The family of a state dict and every size of its network, from names and shapes; numbers are not
 * read. PIP is told from PromptIR and both from Restormer, whose names they all have.
 *
 * Errors: `UNSUPPORTED_HOST` for a network of another family; `CORRUPT_FILE`, with the names, when
 * tensors are missing, left over or of another shape. Source: spec backbones.md sections 1 to 3.
 *
 * @example
 * const { backbone, weights } = detectBackbone(checkpoint.tensors);
 * const model = buildBackbone(backbone, weights);
 */
export function detectBackbone(tensors: TensorMap, label = 'checkpoint'): DetectedBackbone {
  const shapes = new Shapes(tensors, label);
  const backbone = backboneIn(shapes);
  const parameters = parametersOf(backbone, label);
  const used = new Set(parameters.filter(({ unused }) => !unused).map(({ name }) => name));
  const hasPip = isPip(shapes);
  const weights = new Map<string, FloatTensor>();
  const unused: string[] = [];
  const pip: string[] = [];
  for (const [name, tensor] of tensors) {
    if (hasPip && pipNames.test(name)) pip.push(name);
    else if (backbone.family !== 'nafnet' && neverRun.test(name) && !used.has(name)) {
      unused.push(name);
    } else weights.set(name, tensor);
  }
  checkWeights(`${backbone.family} (${label})`, parameters, weights);
  return { backbone, weights, unused, pip };
}

/** What the sizes imply. Sizes that no network has are the file's fault here, not the caller's. */
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

function backboneIn(shapes: Shapes): Backbone {
  if (isPip(shapes)) return { family: 'restormer', config: detectRestormer(shapes) };
  if (isPromptir(shapes)) return { family: 'promptir', config: detectPromptir(shapes) };
  if (isRestormer(shapes)) return { family: 'restormer', config: detectRestormer(shapes) };
  if (isNafnet(shapes)) return { family: 'nafnet', config: detectNafnet(shapes) };
  if (isUnet(shapes)) return { family: 'unet', config: detectUnet(shapes) };
  const { names, label } = shapes;
  const more = names.length > listed ? `, … (${names.length} in all)` : '';
  throw new GraftError(
    'UNSUPPORTED_HOST',
    `${label}: no network of a known family: neither Restormer, PromptIR or PIP ('patch_embed.proj.weight') nor NAFNet or our U-Net ('intro.weight'). Its names are ${names.slice(0, listed).map(shown).join(', ') || 'none'}${more}. Export other networks to ONNX with PyTorch.`,
  );
}

/** A name out of a file in a message: short, and without what would act on a terminal. */
function shown(name: string): string {
  return name.replace(/[^ -~]/g, '?').slice(0, 100);
}
