import { GraftError } from '@pip-graft/onnx-graft';
import type { StoredTensor } from '@pip-graft/weights';
import type { Backbone } from '../networks/backbone.ts';
import type { NafnetConfig } from '../networks/nafnet-config.ts';
import type { UnetConfig } from '../networks/unet-config.ts';
import {
  detectPromptir,
  detectRestormer,
  isPip,
  isPromptir,
  isRestormer,
} from './detect-restormer.ts';
import type { Shapes } from './shapes.ts';

/** Counters that profilers such as thop leave in every module and beside a network's modules. */
const counters = /(^|\.)(total_ops|total_params)$/;
const lone =
  /^(n_averaged|num_updates|num_batches_tracked|initted|decay|epoch|iter(ation)?|(global_)?steps?(_counter)?)$/;

/**
 * What PyTorch's quantisation watches beside a layer's weights, which stay what they are until it is
 * converted.
 */
const observers = /(^|\.)(weight_fake_quant|activation_post_process(_\d+)?)\./;

/** Modules that training adds beside a network: losses, critics, measures, teachers, averages. */
const training =
  /loss|criteri|percep|vgg|lpips|dists|discrim|critic|metric|psnr|ssim|^fid|teacher|optim|sched|(^|_)(ema|shadow|averaged?)($|_)|^net_?d$/i;

/** Whether a network's weights have this element type. */
export function isFloat(dtype: string): boolean {
  return /^(F16|BF16|F32|F64)$/.test(dtype);
}

/** Whether a tensor under a network's prefix is certainly not part of the network. */
export function isBeside(
  name: string,
  { dtype, array = false }: Partial<Pick<StoredTensor, 'dtype' | 'array'>>,
  own: ReadonlySet<string>,
): boolean {
  if (counters.test(name) || observers.test(name)) return true;
  const [first = ''] = name.split('.', 1);
  if (own.has(first)) return false;
  if (array) return true;
  return lone.test(name) || training.test(first) || (dtype !== undefined && !isFloat(dtype));
}

/** Ends of names that a network of a known family always has; one may be missing. */
export const anchors = [
  /(?:^|\.)intro\.weight$/,
  /(?:^|\.)patch_embed\.proj\.weight$/,
  /(?:^|\.)down1_2\.body\.0\.weight$/,
];

/** Returns how to get a network's sizes, by the family of its names; undefined for others. */
export function findFamily(shapes: Shapes): (() => Backbone) | undefined {
  if (isPip(shapes)) return () => ({ family: 'restormer', config: detectRestormer(shapes) });
  if (isPromptir(shapes)) return () => ({ family: 'promptir', config: detectPromptir(shapes) });
  if (isRestormer(shapes)) return () => ({ family: 'restormer', config: detectRestormer(shapes) });
  if (isNafnet(shapes)) return () => ({ family: 'nafnet', config: detectNafnet(shapes) });
  if (isUnet(shapes)) return () => ({ family: 'unet', config: detectUnet(shapes) });
  return undefined;
}

/** Each level halves the image; published NAFNets have four, our U-Nets two. */
const mostLevels = 8;

function levelsOf(shapes: Shapes): number {
  const levels = shapes.count('downs');
  if (levels <= mostLevels) return levels;
  throw new GraftError(
    'CORRUPT_FILE',
    `${shapes.label}: it has ${levels} levels; at most ${mostLevels} are built.`,
  );
}

function isNafnet(shapes: Shapes): boolean {
  return ['intro.weight', 'ending.weight', 'ups.0.0.weight', 'downs.0.weight'].every((name) =>
    shapes.has(name),
  );
}

/** Sizes of a NAFNet. Local attention cannot be detected: the weights are the same. */
function detectNafnet(shapes: Shapes): NafnetConfig {
  const levels = levelsOf(shapes);
  const perLevel = (name: string) =>
    Array.from({ length: levels }, (_, level) => shapes.blocks(`${name}.${level}`));
  return {
    imageChannels: shapes.channels('intro.weight', 1),
    width: shapes.channels('intro.weight', 0),
    encoder: perLevel('encoders'),
    middle: shapes.blocks('middle_blks'),
    decoder: perLevel('decoders'),
  };
}

/** Pixels of a block that the first convolution reads as channels. */
const blockPixels = 4;

/** A residual block has two convolutions with biases; one tensor may be missing. */
const namesOfBlock = 3;

/**
 * NAFNet has some of these names; its `ups` hold one convolution each; `middle_blks` is its middle.
 */
function isUnet(shapes: Shapes): boolean {
  return ['intro.weight', 'ending.weight', 'ups.0.weight', 'downs.0.weight'].every((name) =>
    shapes.has(name),
  );
}

/** Sizes of a U-Net of residual blocks. Errors: `CORRUPT_FILE`. */
function detectUnet(shapes: Shapes): UnetConfig {
  const levels = levelsOf(shapes);
  const perLevel = (name: string) =>
    Array.from({ length: levels }, (_, level) => shapes.blocks(`${name}.${level}`, namesOfBlock));
  const wider = Array.from({ length: levels }, (_, level) =>
    shapes.size(`downs.${level}.weight`, 4, 0),
  );
  return {
    imageChannels: shapes.channels('intro.weight', 1) / blockPixels,
    widths: [shapes.channels('intro.weight', 0), ...wider],
    encoder: perLevel('encoders'),
    middle: shapes.blocks('middle', namesOfBlock),
    decoder: perLevel('decoders'),
    light: shapes.has('light.0.weight'),
  };
}
