import { bilateral } from './bilateral.mjs';
import { darkChannel } from './dark-channel.mjs';
import { gamma } from './gamma.mjs';
import { greyOpening } from './grey-opening.mjs';
import { lime } from './lime.mjs';
import { jointStretch, stretch } from './stretch.mjs';
import { unsharp } from './unsharp.mjs';

/** @import { Filter } from './planes.mjs' */

/**
 * What a user could do without a network, by label. For noise, see BM3D.
 *
 * @type {Readonly<Record<string, Readonly<Record<string, Filter>>>>}
 */
export const classical = {
  noise: {},
  rain: { bilateral, 'grey opening': greyOpening },
  haze: {
    'percentile stretch': stretch,
    'joint stretch': jointStretch,
    'dark channel': darkChannel,
  },
  blur: { 'unsharp mask': unsharp },
  'low-light': { LIME: lime, 'gamma to 0.4': gamma },
};
