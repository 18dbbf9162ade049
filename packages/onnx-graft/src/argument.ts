import { GraftError } from './error.ts';

/**
 * What a caller passed in place of something else, for a message: programs in JavaScript have no
 * compiler that tells them.
 *
 * @example argument.describe(Promise.resolve('host.onnx')) // 'a promise; await it'
 */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if ('then' in value) return 'a promise; await it';
  if (value instanceof URL) return 'a URL; pass the path that `fileURLToPath` returns for it';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return 'bytes; read a model in memory with `readModel(bytesSource(bytes))`';
  if (Array.isArray(value)) return 'a list';
  return 'model' in value ? 'an object with a model; pass its `model`' : 'another object';
}

/** Rejects a path that is not text. Errors: `INVALID_ARGUMENT`. */
export function requirePath(path: unknown, place: string): void {
  if (typeof path === 'string') return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${place}: it takes a path as text and was passed ${describe(path)}.`,
  );
}

/** Rejects a value without a member that everything of its kind has. Errors: `INVALID_ARGUMENT`. */
export function requireKind(
  value: unknown,
  { member, place, takes }: { member: string; place: string; takes: string },
): void {
  if (typeof value === 'object' && value !== null && member in value) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${place}: it takes ${takes} and was passed ${describe(value)}.`,
  );
}

/** Rejects what is not a model. Errors: `INVALID_ARGUMENT`. */
export function requireModel(model: unknown, place: string): void {
  const takes = 'a model, which `openModel` and `readModel` return,';
  requireKind(model, { member: 'graph', place, takes });
}

/** Rejects what is not tensors by name. Errors: `INVALID_ARGUMENT`. */
export function requireTensors(tensors: unknown, place: string): void {
  if (tensors instanceof Map) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${place}: it takes a Map of tensors by name, such as a checkpoint's \`tensors\`, and was passed ${describe(tensors)}.`,
  );
}

/** Rejects a choice that is not one of a list; undefined is none. Errors: `INVALID_ARGUMENT`. */
export function requireChoice(
  value: unknown,
  { place, choices }: { place: string; choices: readonly string[] },
): void {
  if (value === undefined || (typeof value === 'string' && choices.includes(value))) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${place}: '${String(value)}' is not one of ${choices.join(', ')}.`,
  );
}

/** Rejects what is not bytes, above all an `ArrayBuffer`. Errors: `INVALID_ARGUMENT`. */
export function requireBytes(bytes: unknown): void {
  if (ArrayBuffer.isView(bytes)) return;
  const given =
    bytes instanceof ArrayBuffer
      ? 'an ArrayBuffer; pass `new Uint8Array(buffer)`'
      : describe(bytes);
  throw new GraftError(
    'INVALID_ARGUMENT',
    `bytesSource: it takes a Uint8Array and was passed ${given}.`,
  );
}

const kinds = {
  text: (value: unknown) => typeof value === 'string',
  'a number': (value: unknown) => typeof value === 'number',
  'a list': (value: unknown) => Array.isArray(value),
  'an object': (value: unknown) => typeof value === 'object' && value !== null,
  'a function': (value: unknown) => typeof value === 'function',
} as const;

/**
 * Rejects what is not an object, or lacks a member of the right kind. Errors: `INVALID_ARGUMENT`.
 *
 * @example argument.requireMembers(request, 'openRun: request', { stages: 'a list', output: 'text' })
 */
export function requireMembers(
  value: unknown,
  place: string,
  members: Readonly<Record<string, keyof typeof kinds>>,
): void {
  if (typeof value !== 'object' || value === null || 'then' in value || Array.isArray(value)) {
    const names = Object.keys(members);
    const having = names.length > 0 ? ` with '${names.join("', '")}'` : '';
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${place}: it takes an object${having} and was passed ${describe(value)}.`,
    );
  }
  for (const [name, kind] of Object.entries(members)) {
    const given = (value as Readonly<Record<string, unknown>>)[name];
    if (kinds[kind](given)) continue;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${place}: '${name}' is ${kind} and was passed ${describe(given)}.`,
    );
  }
}

/**
 * Whether the bindings of runtimes can pass on the name of an input or output: not with bytes that
 * are not UTF-8, or a zero byte.
 */
export function isPlainName(name: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(name);
}
