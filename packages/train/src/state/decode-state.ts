import { type ByteSource, bytesSource, GraftError } from '@pip-graft/onnx-graft';
import { openSafetensors, type SafetensorsFile } from '@pip-graft/weights';
import { decodeRecord } from './decode-record.ts';
import type { StateRecord } from './state-record.ts';
import { recordKey, type TensorKind, tensorName } from './tensor-name.ts';
import type { TrainingState } from './training-state.ts';

/** As many problems as a message lists. */
const listed = 8;

/**
 * A training state out of the bytes of its file, exactly as it was written.
 *
 * Tensors are read only once names, shapes and types are known to be those of the record.
 *
 * Errors: `CORRUPT_FILE` for bytes that are cut or no safetensors; `ADAPTER_INVALID` for another kind
 * of file, a newer version, and tensors that are missing, extra, mis-shaped or not float32;
 * `LIMIT_EXCEEDED`.
 *
 * @example decodeState(encodeState(state)).step
 */
export function decodeState(bytes: Uint8Array, label = 'training state'): TrainingState {
  return loadState(bytesSource(bytes, label));
}

/** As {@link decodeState}, from any source. */
export function loadState(source: ByteSource): TrainingState {
  const { label } = source;
  const file = openSafetensors(source);
  const text = file.metadata[recordKey];
  if (text === undefined) {
    throw new GraftError(
      'ADAPTER_INVALID',
      `${label}: not a training state: its metadata lack '${recordKey}'. Give the file that training wrote beside the adapter.`,
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
  return build(file, record);
}

/** Kinds of tensors that a file of this record has. */
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
    ...{ origin, changes, best },
  };
}
