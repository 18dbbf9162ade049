import { GraftError } from '@pip-graft/onnx-graft';
import { type FloatTensor, writeSafetensors } from '@pip-graft/weights';
import { createAdamW, firstMoments } from '../optimise/adamw.ts';
import { type Floats, floatsOf, requireSameNames } from '../optimise/floats.ts';
import { encodeRecord, isCount, isSeed } from './state-record.ts';
import { recordKey, tensorName } from './tensor-name.ts';
import type { TrainingState } from './training-state.ts';

/**
 * A training state as the bytes of one safetensors file; equal states give equal bytes.
 *
 * Errors: `INVALID_ARGUMENT` for a state whose parts do not belong together or could not be read back;
 * `LIMIT_EXCEEDED` for more losses than a file keeps.
 *
 * @example decodeState(encodeState(state)) // the same state
 */
export function encodeState(state: TrainingState): Uint8Array {
  const { step, seed, optimiser, losses, origin, changes, best } = state;
  requireSound(state);
  const tensors = new Map<string, FloatTensor>();
  for (const [name, { dims, data }] of state.parameters) {
    const moments = optimiser.moments.get(name);
    const average = state.average.get(name);
    tensors.set(tensorName('parameter', name), { dims, data });
    if (moments) {
      tensors.set(tensorName('m', name), { dims, data: moments.m });
      tensors.set(tensorName('v', name), { dims, data: moments.v });
    }
    if (average) tensors.set(tensorName('average', name), { dims, data: average });
  }
  const record = encodeRecord({
    step,
    seed,
    names: [...state.parameters.keys()],
    average: state.average.size > 0,
    optimiser,
    losses,
    ...{ origin, changes, best },
  });
  return writeSafetensors(tensors, { [recordKey]: record });
}

/** What the reader will insist on. */
function requireSound(state: TrainingState): void {
  const { step, seed, optimiser, average, origin, changes, best } = state;
  const parameters = floatsOf(state.parameters);
  createAdamW(optimiser.options);
  if (!isCount(step) || !isCount(optimiser.step))
    throw wrong('its steps are not whole numbers of at least 0');
  if (!isSeed(seed)) throw wrong('its seed is not a whole number or text');
  if (typeof origin.host !== 'string' || typeof origin.adapter !== 'string')
    throw wrong('its digests are not texts');
  if (changes.some((change) => !isCount(change.step)) || (best && !isCount(best.step)))
    throw wrong('the steps of its changes or of its best are not whole numbers of at least 0');
  if (optimiser.step > 0) requireMoments(parameters, state);
  else if (optimiser.moments.size > 0) throw wrong('it has moments before the first step');
  if (average.size > 0) requireSameNames(parameters, average, 'average', 'parameter');
}

function requireMoments(parameters: Floats, { optimiser }: TrainingState): void {
  const squares = new Map([...optimiser.moments].map(([name, { v }]) => [name, v]));
  requireSameNames(parameters, firstMoments(optimiser), 'moment', 'parameter');
  requireSameNames(parameters, squares, 'second moment', 'parameter');
}

function wrong(what: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `A training state cannot be written: ${what}.`);
}
