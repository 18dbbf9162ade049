import type { Check } from '../subject/subject.ts';
import { batch } from './batch.ts';
import { blind } from './blind.ts';
import { finite } from './finite.ts';
import { labels } from './labels.ts';
import { largest } from './largest.ts';
import { latency } from './latency.ts';
import { layers } from './layers.ts';
import { loads } from './loads.ts';
import { memory } from './memory.ts';
import { mixture } from './mixture.ts';
import { neutralAll, neutralBasic, untrainedIdentity } from './neutral.ts';
import { parity } from './parity.ts';
import { placement } from './placement.ts';
import { records } from './records.ts';
import { removal } from './removal.ts';
import { settings } from './settings.ts';
import { sizeMultiple } from './size-multiple.ts';
import { sizes } from './sizes.ts';
import { tiles } from './tiles.ts';
import { upstream } from './upstream.ts';

/**
 * All checks, ordered so that those that share a pair of sessions run in a row: optimised sessions,
 * graphs as written, sessions with inner values, then the files.
 */
export const checks: readonly Check[] = [
  loads,
  placement,
  neutralAll,
  latency,
  tiles,
  parity,
  neutralBasic,
  untrainedIdentity,
  batch,
  sizes,
  sizeMultiple,
  settings,
  upstream,
  labels,
  mixture,
  blind,
  finite,
  layers,
  records,
  removal,
  memory,
  largest,
];
