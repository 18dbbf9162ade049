import { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';

/** Lists and objects within each other: what recurses over them, as JSON.stringify does, must not run out of stack. */
const maxDepth = 64;

/**
 * A JSON object from a file, read with every type checked. What is wrong is one
 * {@link GraftError} of the given code that names the place and the key.
 */
export class JsonObject {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly #code: ErrorCode;

  constructor(value: unknown, place: string, code: ErrorCode) {
    this.#place = place;
    this.#code = code;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new GraftError(code, `${place}: expected an object.`);
    }
    this.#members = value as Record<string, unknown>;
  }

  /** Parses text. */
  static parse(text: string, place: string, code: ErrorCode): JsonObject {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new GraftError(code, `${place}: it is not JSON.`, { cause });
    }
    if (isDeeper(value, maxDepth)) {
      throw new GraftError(code, `${place}: it is nested more than ${maxDepth} deep.`);
    }
    return new JsonObject(value, place, code);
  }

  /** Fails when there is a key besides these. */
  only(keys: readonly string[]): this {
    const unknown = Object.keys(this.#members).find((key) => !keys.includes(key));
    if (unknown !== undefined) throw this.error(unknown, 'is not a key of this format');
    return this;
  }

  string(key: string): string {
    const value = this.#get(key);
    if (typeof value !== 'string') throw this.error(key, 'must be text');
    return value;
  }

  number(key: string): number {
    const value = this.#get(key);
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw this.error(key, 'must be a number');
    return value;
  }

  boolean(key: string): boolean {
    const value = this.#get(key);
    if (typeof value !== 'boolean') throw this.error(key, 'must be true or false');
    return value;
  }

  strings(key: string): string[] {
    const value = this.#list(key);
    if (!value.every((item) => typeof item === 'string'))
      throw this.error(key, 'must be a list of texts');
    return value as string[];
  }

  numbers(key: string): number[] {
    const value = this.#list(key);
    if (!value.every((item) => typeof item === 'number' && Number.isFinite(item))) {
      throw this.error(key, 'must be a list of numbers');
    }
    return value as number[];
  }

  /** One of a few texts. */
  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const value = this.string(key);
    const found = allowed.find((item) => item === value);
    if (found === undefined)
      throw this.error(key, `must be one of ${allowed.join(', ')}, not '${value}'`);
    return found;
  }

  object(key: string): JsonObject {
    return new JsonObject(this.#get(key), `${this.#place}: '${key}'`, this.#code);
  }

  objects(key: string): JsonObject[] {
    return this.#list(key).map(
      (item, index) =>
        new JsonObject(item, `${this.#place}: '${key}' entry ${index + 1}`, this.#code),
    );
  }

  /** A map from text to text. */
  texts(key: string): Record<string, string> {
    const inner = this.object(key);
    return Object.fromEntries(
      Object.keys(inner.#members).map((name) => [name, inner.string(name)]),
    );
  }

  /** null where the key is null or missing, else what `read` gives. */
  optional<T>(key: string, read: (key: string) => T): T | null {
    return (Object.hasOwn(this.#members, key) ? this.#members[key] : null) === null
      ? null
      : read(key);
  }

  /** The members as they stand. */
  plain(): Readonly<Record<string, unknown>> {
    return this.#members;
  }

  error(key: string, problem: string): GraftError {
    return new GraftError(this.#code, `${this.#place}: '${key}' ${problem}.`);
  }

  #get(key: string): unknown {
    if (!Object.hasOwn(this.#members, key)) throw this.error(key, 'is missing');
    return this.#members[key];
  }

  #list(key: string): unknown[] {
    const value = this.#get(key);
    if (!Array.isArray(value)) throw this.error(key, 'must be a list');
    return value;
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
