import { createHash } from 'node:crypto';
import { type ByteSource, bytesSource, GraftError } from '@pip-graft/onnx-graft';
import { fileSource, writeAtomic } from '@pip-graft/onnx-graft/node';
import {
  type FloatTensor,
  openSafetensors,
  type SafetensorsFile,
  writeSafetensors,
} from '@pip-graft/weights';
import { createAdamW, firstMoments } from '../optimise/adamw.ts';
import { type Floats, floatsOf, requireSameNames } from '../optimise/floats.ts';
import {
  decodeRecord,
  digestKey,
  encodeRecord,
  isCount,
  isSeed,
  recordKey,
  type StateRecord,
  type TensorKind,
  type TrainingState,
  tensorName,
} from './training-state.ts';

/**
 * Encodes a training state as the bytes of one safetensors file; equal states give equal bytes.
 *
 * Errors: `INVALID_ARGUMENT` for a state whose parts do not belong together or could not be read back;
 * `LIMIT_EXCEEDED` for more losses than a file keeps.
 *
 * @example decodeState(encodeState(state)) // the same state
 */
export function encodeState(state: TrainingState): Uint8Array {
  const { step, seed, optimiser, losses, origin, changes, best } = state;
  requireSound(state);
  const tensors = tensorsOf(state);
  const record = encodeRecord({
    step,
    seed,
    names: [...state.parameters.keys()],
    average: state.average.size > 0,
    optimiser,
    losses,
    origin,
    changes,
    best,
  });
  return writeSafetensors(tensors, { [recordKey]: record, [digestKey]: digestOf(record, tensors) });
}

/** All tensors of a state, under their names in its file. */
function tensorsOf({ parameters, optimiser, average }: TrainingState): Map<string, FloatTensor> {
  const tensors = new Map<string, FloatTensor>();
  for (const [name, { dims, data }] of parameters) {
    const moments = optimiser.moments.get(name);
    const mean = average.get(name);
    tensors.set(tensorName('parameter', name), { dims, data });
    if (moments) {
      tensors.set(tensorName('m', name), { dims, data: moments.m });
      tensors.set(tensorName('v', name), { dims, data: moments.v });
    }
    if (mean) tensors.set(tensorName('average', name), { dims, data: mean });
  }
  return tensors;
}

/** Digest of a record and the tensors with it: a damaged number is as sound as any other number. */
function digestOf(record: string, tensors: ReadonlyMap<string, FloatTensor>): string {
  const hash = createHash('sha256').update(record);
  for (const name of [...tensors.keys()].sort()) {
    const { dims, data } = tensors.get(name)!;
    hash.update(JSON.stringify([name, dims]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Checks what the reader requires. */
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

/** Most problems that a message lists. */
const listed = 8;

/**
 * Decodes a training state from the bytes of its file, exactly as it was written.
 *
 * Reads tensors only after names, shapes and types match the record.
 *
 * Errors: `CORRUPT_FILE` for bytes that are truncated, not safetensors, or changed since they were
 * written; `ADAPTER_INVALID` for another kind of file, a newer version, and tensors that are
 * missing, extra, mis-shaped or not float32; `LIMIT_EXCEEDED`.
 *
 * @example decodeState(encodeState(state)).step
 */
export function decodeState(bytes: Uint8Array, label = 'training state'): TrainingState {
  return loadState(bytesSource(bytes, label));
}

/** Like {@link decodeState}, from any source. */
export function loadState(source: ByteSource): TrainingState {
  const { label } = source;
  const file = openSafetensors(source);
  const text = file.metadata[recordKey];
  if (text === undefined) {
    throw new GraftError(
      'ADAPTER_INVALID',
      `${label}: not a training state: its metadata has no '${recordKey}'. Give the file that training wrote beside the adapter.`,
    );
  }
  const record = decodeRecord(text, label);
  const problems = tensorProblems(file, record);
  if (problems.length > 0) {
    const more = problems.length > listed ? `; and ${problems.length - listed} more` : '';
    throw new GraftError(
      'ADAPTER_INVALID',
      `${label}: its tensors are not those of its record: ${problems.slice(0, listed).join('; ')}${more}.`,
    );
  }
  const state = build(file, record);
  const digest = file.metadata[digestKey];
  // States that earlier versions wrote have none.
  if (digest !== undefined && digest !== digestOf(text, tensorsOf(state))) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${label}: damaged: its contents do not have the digest that training wrote with them.`,
    );
  }
  return state;
}

/** Returns the kinds of tensors in a file with this record. */
function kindsOf({ optimiser, average }: StateRecord): TensorKind[] {
  const kinds: TensorKind[] = ['parameter'];
  if (optimiser.step > 0) kinds.push('m', 'v');
  if (average) kinds.push('average');
  return kinds;
}

function tensorProblems({ headers }: SafetensorsFile, record: StateRecord): string[] {
  const problems: string[] = [];
  const expected = new Set<string>();
  for (const name of record.names) {
    const dims = headers.get(tensorName('parameter', name))?.dims.join(', ');
    for (const tensor of kindsOf(record).map((kind) => tensorName(kind, name))) {
      expected.add(tensor);
      const found = headers.get(tensor);
      if (found === undefined) problems.push(`tensor '${tensor}' is missing`);
      else if (found.dtype !== 'F32')
        problems.push(`tensor '${tensor}' is of ${found.dtype} instead of F32`);
      else if (dims !== undefined && found.dims.join(', ') !== dims)
        problems.push(
          `tensor '${tensor}' has shape [${found.dims.join(', ')}] instead of its parameter's [${dims}]`,
        );
    }
  }
  for (const name of headers.keys()) {
    if (!expected.has(name)) problems.push(`tensor '${name}' belongs to no part of the record`);
  }
  return problems;
}

function build({ load }: SafetensorsFile, record: StateRecord): TrainingState {
  const { names, step, seed, losses, origin, changes, best, optimiser } = record;
  const data = (kind: TensorKind, name: string) => load(tensorName(kind, name)).data;
  const moments = optimiser.step > 0 ? names : [];
  const averages = record.average ? names : [];
  return {
    step,
    seed,
    parameters: new Map(names.map((name) => [name, load(tensorName('parameter', name))])),
    optimiser: {
      ...optimiser,
      moments: new Map(moments.map((name) => [name, { m: data('m', name), v: data('v', name) }])),
    },
    average: new Map(averages.map((name) => [name, data('average', name)])),
    losses,
    origin,
    changes,
    best,
  };
}

/**
 * Reads a training state, exactly as it was written.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `CORRUPT_FILE`, `ADAPTER_INVALID`, `LIMIT_EXCEEDED` as {@link decodeState}.
 *
 * @param advice a sentence for the error of a damaged file: what to do without it
 * @example const state = readState('rain/training.safetensors');
 */
export function readState(path: string, advice?: string): TrainingState {
  const source = fileSource(path);
  try {
    return loadState(source);
  } catch (cause) {
    if (advice === undefined || !(cause instanceof GraftError) || cause.code !== 'CORRUPT_FILE')
      throw cause;
    throw new GraftError(cause.code, `${cause.message} ${advice}`, { cause });
  } finally {
    source.close();
  }
}

/**
 * Writes a training state to one file, whole or not at all, even if the process is killed or the
 * power fails; a previous state stays until then.
 *
 * Errors: `INVALID_ARGUMENT`, `LIMIT_EXCEEDED` as {@link encodeState}; `WRITE_FAILED`.
 *
 * @example await writeState('rain/training.safetensors', state)
 */
export async function writeState(
  path: string,
  state: TrainingState,
  signal?: AbortSignal,
): Promise<void> {
  const bytes = encodeState(state);
  await writeAtomic(path, (append) => append(bytes), signal, { durable: true });
}
