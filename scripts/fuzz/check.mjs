import { GraftError } from '@pip-graft/onnx-graft';

/** A condition that must hold whenever a file is accepted. */
export function expect(holds, what) {
  if (!holds) throw new Error(`invariant: ${what}`);
}

/** The code of the typed error that an action throws; undefined if none. Rethrows other errors. */
export function codeOf(action) {
  try {
    action();
  } catch (error) {
    if (error instanceof GraftError) return error.code;
    throw error;
  }
  return undefined;
}

export function sameBytes(a, b) {
  return Buffer.compare(a, b) === 0;
}

export function bytesOf({ source }) {
  return source.read(0, source.size);
}
