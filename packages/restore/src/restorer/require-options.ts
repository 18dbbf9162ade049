import { didYouMean, GraftError } from '@pip-graft/onnx-graft';
import { nameOfKind } from '../image/rgba.ts';

/**
 * Whether a value is an object of properties: not a list, a Map, a Set, a Promise or a number, whose
 * properties are none and would be taken for an empty object.
 */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** The options of opening, of a call and of writing a file, in Node and in a page, each with an example. */
const kinds = {
  open: {
    such: '{ threads: 2 }',
    names: ['device', 'threads', 'cwd', 'hub', 'wasm', 'range', 'feeds'],
  },
  call: { such: '{ strength: 0.5 }', names: ['strength', 'tile', 'signal', 'onProgress'] },
  file: { such: '{ quality: 90 }', names: ['quality'] },
} as const;

/**
 * Rejects what a program without types may pass as options, and would not notice.
 *
 * Errors: `INVALID_ARGUMENT`.
 */
export function requireOptions(options: unknown, kind: keyof typeof kinds): void {
  const { such, names } = kinds[kind];
  if (!isPlain(options)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `options: ${nameOfKind(options)} was passed; pass an object such as ${such}.`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.some((each) => each === name)) continue;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `options: no option is called '${name}'; use one of ${names.join(', ')}${didYouMean(name, names)}`,
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
