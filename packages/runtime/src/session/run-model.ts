import { argument, emptyRecord, GraftError, own } from '@pip-graft/onnx-graft';
import type { TensorFeeds, TypedTensor } from '@pip-graft/weights';
import { fromFloat32 } from '@pip-graft/weights';
import type { Session, SessionValue } from './session.ts';

/**
 * Runs a model once on named tensors.
 *
 * Converts float32 feeds for float16 and float64 inputs. Inputs with defaults are optional. `fetches`
 * names the outputs to return; default: all.
 *
 * Errors: `INVALID_ARGUMENT` for an input that is missing, unknown or of another
 * shape or type; `RUNTIME_FAILED` when onnxruntime fails on the model.
 *
 * @example
 * const { output } = await runModel(session, { input: float32Tensor([1, 3, 64, 64], pixels) });
 */
export async function runModel(
  session: Session,
  feeds: TensorFeeds,
  fetches?: readonly string[],
): Promise<TensorFeeds> {
  const takes = 'a session, which `createSession` returns,';
  argument.requireKind(session, { member: 'inputs', place: 'runModel', takes });
  argument.requireMembers(feeds, 'runModel: feeds', {});
  for (const name of fetches ?? []) {
    if (!session.outputs.some((output) => output.name === name)) {
      throw wrong(session, `no output '${name}'; use one of ${list(session.outputs)}.`);
    }
  }
  return session.run(readyFeeds(session, feeds), fetches);
}

/**
 * Checks the feeds of {@link runModel}, converts their types and adds defaults.
 *
 * Errors: `INVALID_ARGUMENT` for an input that is missing, unknown or of another shape or type.
 */
export function readyFeeds(session: Session, feeds: TensorFeeds): TensorFeeds {
  for (const name of Object.keys(feeds)) {
    if (!session.inputs.some((input) => input.name === name)) {
      throw wrong(session, `no input '${name}'; use one of ${list(session.inputs)}.`);
    }
  }
  const ready = emptyRecord<TypedTensor>();
  for (const input of session.inputs) {
    const tensor = own(feeds, input.name) ?? input.fallback;
    if (tensor === undefined)
      throw wrong(session, `input '${input.name}' is missing; pass a tensor for it.`);
    ready[input.name] = fit(session, input, tensor);
  }
  return ready;
}

function fit(session: Session, input: SessionValue, tensor: TypedTensor): TypedTensor {
  const { dims } = tensor;
  const fits =
    dims.length === input.dims.length &&
    input.dims.every((dim, axis) => typeof dim === 'string' || dim === dims[axis]);
  if (!fits) {
    throw wrong(
      session,
      `input '${input.name}' has shape [${dims.join(', ')}]; expected [${input.dims.join(', ')}].`,
    );
  }
  if (tensor.type === input.type) return tensor;
  const converted = tensor.type === 'float32' ? fromFloat32(tensor, input.type) : undefined;
  if (converted !== undefined) return converted;
  throw wrong(session, `input '${input.name}' has type ${tensor.type}; expected ${input.type}.`);
}

function wrong(session: Session, what: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `${session.label}: ${what}`);
}

function list(values: readonly SessionValue[]): string {
  return values.map((value) => `'${value.name}'`).join(', ');
}
