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

/** Ends of names that a network of a known family always has, of which one may be lost. */
export const anchors = [
  /(?:^|\.)intro\.weight$/,
  /(?:^|\.)patch_embed\.proj\.weight$/,
  /(?:^|\.)down1_2\.body\.0\.weight$/,
];

/** How to get a network's sizes, by the family that its names belong to; undefined for another network. */
export function findFamily(shapes: Shapes): (() => Backbone) | undefined {
  if (isPip(shapes)) return () => ({ family: 'restormer', config: detectRestormer(shapes) });
  if (isPromptir(shapes)) return () => ({ family: 'promptir', config: detectPromptir(shapes) });
  if (isRestormer(shapes)) return () => ({ family: 'restormer', config: detectRestormer(shapes) });
  if (isNafnet(shapes)) return () => ({ family: 'nafnet', config: detectNafnet(shapes) });
  if (isUnet(shapes)) return () => ({ family: 'unet', config: detectUnet(shapes) });
  return undefined;
}
