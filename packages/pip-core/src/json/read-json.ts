import { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
import * as z from 'zod/mini';

/** Nesting of lists and objects: recursion, as in JSON.stringify, must not overflow the stack. */
const maxDepth = 64;

type Path = readonly PropertyKey[];

/** JSON from a file, to check by type: a problem is a {@link GraftError} with place and key. */
export class Json {
  readonly #place: string;
  readonly #code: ErrorCode;
  readonly value: unknown;

  private constructor(value: unknown, place: string, code: ErrorCode) {
    this.value = value;
    this.#place = place;
    this.#code = code;
  }

  /** Parses text. */
  static parse(text: string, place: string, code: ErrorCode): Json {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new GraftError(code, `${place}: it is not JSON.`, { cause });
    }
    if (isDeeper(value, maxDepth))
      throw new GraftError(code, `${place}: it is nested more than ${maxDepth} deep.`);
    const twice = repeatedKey(text);
    if (twice !== undefined)
      throw new GraftError(code, `${place}: the key '${twice}' is there twice; keep one.`);
    return new Json(value, place, code);
  }

  /** The value, if it matches the schema. */
  as<S extends z.ZodMiniType>(schema: S): z.output<S> {
    const parsed = schema.safeParse(this.value);
    if (parsed.success) return parsed.data;
    const { issues } = parsed.error;
    const first = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!;
    const [path, problem] = problemOf(first, this.value);
    throw this.error(path, problem);
  }

  /** The version of its format, which tells whether the rest can be understood. */
  version(key: string): number {
    return this.as(z.looseObject({ [key]: z.number() }))[key] as number;
  }

  error(path: Path, problem: string): GraftError {
    const gap = problem.startsWith(':') || path.length === 0 ? '' : ' ';
    const start = path.length === 0 && problem.startsWith(':') ? '' : `: ${named(path)}`;
    return new GraftError(this.#code, `${this.#place}${start}${gap}${problem}.`);
  }
}

/** A key that an object of a JSON text has twice: JSON.parse keeps the last without a word. */
function repeatedKey(text: string): string | undefined {
  // Sets of keys for objects, undefined for lists.
  const open: (Set<string> | undefined)[] = [];
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*:?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token.endsWith(':')) {
      const key: string = JSON.parse(token.slice(0, -1));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** A JSON object with any members. */
export const anyObject = z.record(z.string(), z.unknown());

/** A record of how something was trained; null or absent if it was not. */
export const trainingRecord = z.nullish(
  anyObject.check(
    z.refine((record) => Object.keys(record).length > 0, {
      error: 'is an empty record; null means untrained',
    }),
  ),
);

function problemOf(issue: z.core.$ZodIssue, value: unknown): [path: Path, problem: string] {
  const { path } = issue;
  const found = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  switch (issue.code) {
    case 'unrecognized_keys':
      return [[...path, issue.keys[0]!], 'is not a key of this format'];
    case 'invalid_type':
      if (found === undefined && path.length > 0) return [path, 'is missing'];
      return [path, expected[issue.expected] ?? `must be a ${issue.expected}`];
    case 'invalid_value': {
      if (found === undefined) return [path, 'is missing'];
      const said = typeof found === 'string' ? `, not '${found}'` : '';
      return [path, `must be one of ${issue.values.join(', ')}${said}`];
    }
    default:
      return [path, issue.message];
  }
}

const expected: Readonly<Partial<Record<string, string>>> = {
  object: ': expected an object',
  record: ': expected an object',
  string: 'must be text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
};

/** `'levels' entry 2: 'depth'`. */
function named(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text} entry ${key + 1}`;
    return `${text === '' ? '' : `${text}: `}'${String(key)}'`;
  }, '');
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
