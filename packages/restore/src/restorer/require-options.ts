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
  detect: { such: '{ tile: 512 }', names: ['tile', 'signal', 'onProgress'] },
  file: { such: '{ quality: 90 }', names: ['quality'] },
} as const;

/** Rejects options that were passed in place of weights. Errors: `INVALID_ARGUMENT`. */
export function refuseOptionsAsWeights(weights: object, labels: readonly string[]): void {
  const { names } = kinds.call;
  const option = names.find((name) => name in weights && !labels.includes(name));
  if (option === undefined) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `weights: '${option}' is an option; pass it after the weights: restore(image, weights, { ${option}: … }).`,
  );
}

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

/** Rejects `new Restorer(…)` of a program without types. Errors: `INVALID_ARGUMENT`. */
export function requireOpened(loaded: unknown): void {
  if (typeof loaded === 'object' && loaded !== null) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    'new Restorer: a model loads asynchronously; use await Restorer.open(model).',
  );
}

/** Also one of another window or library. */
function isSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'throwIfAborted' in value;
}
