import { GraftError } from '@pip-graft/onnx-graft';
import { nameOfKind } from '../image/rgba.ts';

/**
 * Whether a value is an object of properties: not a list, a Map, a Set, a Promise or a number, whose
 * properties are none and would be taken for an empty object.
 */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/**
 * Rejects what a program without types may pass as options, and would not notice.
 *
 * @param such an example of options
 *
 * Errors: `INVALID_ARGUMENT`.
 */
export function requireOptions(options: unknown, such: string): void {
  if (!isPlain(options)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `options: ${nameOfKind(options)} was passed; pass an object such as ${such}.`,
    );
  }
  const { signal, onProgress } = options;
  if (signal !== undefined && !isSignal(signal)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `signal: ${nameOfKind(signal)} was passed; pass an AbortSignal, such as the \`signal\` of an AbortController.`,
    );
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `onProgress: ${nameOfKind(onProgress)} was passed; pass a function.`,
    );
  }
}

/** Also one of another window or library. */
function isSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'throwIfAborted' in value;
}
