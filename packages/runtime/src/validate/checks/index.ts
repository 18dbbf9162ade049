import type { Check } from '../subject.ts';
import { batch } from './batch.ts';
import { finite } from './finite.ts';
import { labels } from './labels.ts';
import { latency } from './latency.ts';
import { loads } from './loads.ts';
import { memory } from './memory.ts';
import { mixture } from './mixture.ts';
import { neutralAll, neutralBasic, untrainedIdentity } from './neutral.ts';
import { records } from './records.ts';
import { removal } from './removal.ts';
import { sizes } from './sizes.ts';
import { upstream } from './upstream.ts';

/**
 * Every check, ordered so that those which share a pair of sessions stand
 * together: optimised, as written, with inner values as outputs, then the files.
 */
export const checks: readonly Check[] = [
  loads,
  neutralAll,
  latency,
  neutralBasic,
  untrainedIdentity,
  batch,
  sizes,
  upstream,
  labels,
  mixture,
  finite,
  records,
  removal,
  memory,
];
