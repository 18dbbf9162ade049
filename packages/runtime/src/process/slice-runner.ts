import { readFileSync } from 'node:fs';
import process from 'node:process';
import { type Gap, gap, sameBits } from '@pip-graft/imaging';
import { own } from '@pip-graft/onnx-graft';
import { type TensorFeeds, type TypedTensor, toFloat32 } from '@pip-graft/weights';
import { type NativeOptions, openNative } from '../session/native-session.ts';
import type { InputDims, SessionValue } from '../session/session.ts';

/** Bits of 0.5 in float16. */
const half = 0x3800;

/** Inputs of given shapes filled with 0.5, or a middle grey of bytes, created in the worker because sending them would cost memory. */
export function greyFeeds(inputs: readonly SessionValue[], dims: InputDims): TensorFeeds {
  return Object.fromEntries(
    inputs.map(({ name, type }): [string, TypedTensor] => {
      const shape = own(dims, name) ?? [];
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, grey(type, shape, count)];
    }),
  );
}

function grey(type: SessionValue['type'], dims: readonly number[], count: number): TypedTensor {
  if (type === 'float16') return { type, dims, data: new Uint16Array(count).fill(half) };
  if (type === 'float64') return { type, dims, data: new Float64Array(count).fill(0.5) };
  if (type === 'uint8') return { type, dims, data: new Uint8Array(count).fill(128) };
  const ones = integers[type as keyof typeof integers]?.(count);
  if (ones) return { type, dims, data: ones } as TypedTensor;
  return { type: 'float32', dims, data: new Float32Array(count).fill(0.5) };
}

/** Arrays of ones of an integer type. */
const integers = {
  bool: (count: number) => new Uint8Array(count).fill(1),
  int8: (count: number) => new Int8Array(count).fill(1),
  uint16: (count: number) => new Uint16Array(count).fill(1),
  int16: (count: number) => new Int16Array(count).fill(1),
  uint32: (count: number) => new Uint32Array(count).fill(1),
  int32: (count: number) => new Int32Array(count).fill(1),
  uint64: (count: number) => new BigUint64Array(count).fill(1n),
  int64: (count: number) => new BigInt64Array(count).fill(1n),
} as const;

/** Peak memory of this process in bytes. Prefers the kernel's own figure, because ru_maxrss includes the parent's pages at fork. */
export function peakOfProcess(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** A request to run consecutive nodes of a model, stored as a separate file. */
export interface SliceRequest {
  readonly path: string;
  readonly reference: NativeOptions;
  readonly subject: NativeOptions;
  /** Values that the slice reads. */
  readonly inputs: readonly string[];
  /** Values that the slice computes, to compare or to keep. */
  readonly outputs: readonly string[];
  /** Values so far that a later slice reads. */
  readonly keep: readonly string[];
}

export interface SliceValue {
  readonly value: string;
  readonly dims: readonly number[];
  readonly gap: Gap;
  /** Relative error when the slice starts from the reference's exact values. */
  readonly own: number;
}

export interface SliceReport {
  /** Float values only. */
  readonly values: readonly SliceValue[];
  /** Bytes of all tensors held at once, both sides. */
  readonly held: number;
}

/**
 * Runs a model slice by slice on two devices. Keeps the values that later slices read, from both
 * sides, and only statistics of all others.
 */
export class SliceRunner {
  readonly #reference = new Map<string, TypedTensor>();
  readonly #subject = new Map<string, TypedTensor>();

  /** Sets the tensors that both sides start from. */
  feed(feeds: TensorFeeds): void {
    this.#reference.clear();
    this.#subject.clear();
    for (const [name, tensor] of Object.entries(feeds)) {
      this.#reference.set(name, tensor);
      this.#subject.set(name, tensor);
    }
  }

  async run(request: SliceRequest): Promise<SliceReport> {
    const { inputs, outputs } = request;
    const exact = pick(this.#reference, inputs);
    const carried = pick(this.#subject, inputs);
    const reference = await runOnce(request.path, request.reference, [exact], outputs);
    const same = inputs.every((name) => sameBits(exact[name]!, carried[name]!));
    const [subject, own = subject] = await runOnce(
      request.path,
      request.subject,
      same ? [carried] : [carried, exact],
      outputs,
    );
    const values = outputs.flatMap((value): SliceValue[] => {
      const wanted = reference[0]![value]!;
      if (!/^float/.test(wanted.type)) return [];
      const truth = toFloat32(wanted);
      const [got, alone] = [subject, own].map((side) => gap(toFloat32(side![value]!), truth));
      return [{ value, dims: wanted.dims, gap: got!, own: alone!.relative }];
    });
    const held = bytesOf(reference[0]!) + bytesOf(subject!) + (same ? 0 : bytesOf(own!));
    keep(this.#reference, reference[0]!, request.keep);
    keep(this.#subject, subject!, request.keep);
    return { values, held };
  }
}

async function runOnce(
  path: string,
  options: NativeOptions,
  feeds: readonly TensorFeeds[],
  fetches: readonly string[],
): Promise<TensorFeeds[]> {
  const session = await openNative(path, options);
  try {
    const results: TensorFeeds[] = [];
    for (const each of feeds) results.push(await session.run(each, fetches));
    return results;
  } finally {
    await session.release();
  }
}

function pick(held: ReadonlyMap<string, TypedTensor>, names: readonly string[]): TensorFeeds {
  return Object.fromEntries(names.map((name) => [name, held.get(name)!]));
}

function keep(held: Map<string, TypedTensor>, made: TensorFeeds, names: readonly string[]): void {
  const wanted = new Set(names);
  for (const name of held.keys()) if (!wanted.has(name)) held.delete(name);
  for (const name of wanted) if (made[name] !== undefined) held.set(name, made[name]);
}

function bytesOf(tensors: TensorFeeds): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
}
