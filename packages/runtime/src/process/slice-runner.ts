import { type Gap, gap, sameBits } from '@pip-graft/imaging';
import type { TensorFeeds, TypedTensor } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import { type NativeOptions, openNative } from '../session/native-session.ts';

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
