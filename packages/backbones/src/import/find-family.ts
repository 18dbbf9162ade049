import type { StoredTensor } from '@pip-graft/weights';
import type { Backbone } from '../networks/backbone.ts';
import { detectNafnet, isNafnet } from './detect-nafnet.ts';
import {
  detectPromptir,
  detectRestormer,
  isPip,
  isPromptir,
  isRestormer,
} from './detect-restormer.ts';
import { detectUnet, isUnet } from './detect-unet.ts';
import type { Shapes } from './shapes.ts';

/** Counters that profilers such as thop leave in every module and beside a network's modules. */
const counters = /(^|\.)(total_ops|total_params)$/;
const lone =
  /^(n_averaged|num_updates|num_batches_tracked|initted|decay|epoch|iter(ation)?|(global_)?steps?(_counter)?)$/;

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
  if (counters.test(name)) return true;
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
