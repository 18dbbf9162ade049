import type { Model } from '@pip-graft/onnx-graft';
import type { InputDims, Session, SessionOptions } from '@pip-graft/runtime';
import { createSession } from '@pip-graft/runtime';

/**
 * Measures by how many bytes a process grows at its peak when it loads a model and runs it on inputs
 * of given shapes. GPU memory does not count. Inputs with defaults are optional.
 *
 * `behindDoor` wraps the session as one of planar RGB if the model is not.
 *
 * Errors: those of `createSession`; `RUNTIME_FAILED` when the process crashes, is
 * killed for its memory use or times out.
 *
 * @example await peakMemory('net.onnx', { input: [1, 3, 512, 512] });
 */
export async function peakMemory(
  model: string | Model,
  dims: InputDims,
  options: SessionOptions = {},
  behindDoor: (session: Session) => Session = (session) => session,
): Promise<number> {
  const isolation = options.isolation ?? {};
  const session = await createSession(model, { ...options, isolation });
  try {
    const defaults = session.inputs.flatMap(({ name, fallback }) =>
      fallback === undefined ? [] : [[name, fallback.dims] as const],
    );
    return (
      (await behindDoor(session).memory?.({ ...Object.fromEntries(defaults), ...dims })) ??
      Number.NaN
    );
  } finally {
    await session.release();
  }
}
