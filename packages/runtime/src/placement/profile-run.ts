import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraftError, type Model } from '@pip-graft/onnx-graft';
import { temporaryFolder } from '@pip-graft/onnx-graft/node';
import type { TensorFeeds } from '@pip-graft/weights';
import { createSession, type SessionOptions } from '../session/create-session.ts';
import { runModel } from '../session/run-model.ts';

/**
 * Runs a model once with onnxruntime's profiler; returns what ran where, and whether CPU fallback
 * was forbidden.
 *
 * Errors: those of `createSession` and `runModel`; `RUNTIME_FAILED` if no profile was written.
 */
export async function profileRun(
  model: string | Model,
  feeds: TensorFeeds,
  options: SessionOptions,
): Promise<{ readonly nodes: readonly ProfiledNode[]; readonly strict: boolean }> {
  const folder = await temporaryFolder();
  try {
    const profile = join(folder.path, 'profile');
    const session = await createSession(model, { ...options, profile });
    try {
      await runModel(session, feeds);
    } finally {
      await session.release();
    }
    const { strict } = session;
    // Names contain a time; of several sessions, the last is the one that ran.
    const nodes: ProfiledNode[] = [];
    for (const name of (await readdir(folder.path)).sort()) {
      nodes.push(...readProfile(await readFile(join(folder.path, name), 'utf8'), name));
    }
    if (nodes.length === 0) {
      throw new GraftError(
        'RUNTIME_FAILED',
        `${session.label}: onnxruntime wrote no profile of its run, so where it ran is unknown.`,
      );
    }
    return { nodes, strict };
  } finally {
    await folder.remove();
  }
}

/** One node of a profiled run. */
export interface ProfiledNode {
  readonly node: string;
  readonly opType: string;
  readonly provider: string;
  readonly milliseconds: number;
  /** Element type and shape of each output, such as `float` and `[1, 3, 8, 8]`. */
  readonly outputs: readonly { readonly type: string; readonly dims: readonly number[] }[];
}

interface ProfileEvent {
  readonly cat?: unknown;
  readonly name?: unknown;
  readonly dur?: unknown;
  readonly args?: {
    readonly op_name?: unknown;
    readonly provider?: unknown;
    readonly output_type_shape?: unknown;
  };
}

/**
 * Reads the nodes of an onnxruntime profile. Fused and inserted nodes have the names that
 * onnxruntime gave them.
 *
 * Errors: `CORRUPT_FILE` if the text is not a profile. Source: docs/notes/onnxruntime.md section 3
 * (measured on 1.30.0).
 */
export function readProfile(text: string, label = 'profile'): ProfiledNode[] {
  let events: unknown;
  try {
    events = JSON.parse(text);
  } catch (cause) {
    throw new GraftError('CORRUPT_FILE', `${label}: not a profile of onnxruntime (not JSON).`, {
      cause,
    });
  }
  if (!Array.isArray(events)) {
    throw new GraftError('CORRUPT_FILE', `${label}: not a profile of onnxruntime (not a list).`);
  }
  return (events as ProfileEvent[]).flatMap(({ cat, name, dur, args }) => {
    const suffix = '_kernel_time';
    if (cat !== 'Node' || typeof name !== 'string' || !name.endsWith(suffix)) return [];
    return [
      {
        node: name.slice(0, -suffix.length),
        opType: String(args?.op_name ?? ''),
        provider: String(args?.provider ?? ''),
        milliseconds: Number(dur ?? 0) / 1000,
        outputs: tensors(args?.output_type_shape),
      },
    ];
  });
}

function tensors(list: unknown): ProfiledNode['outputs'] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: Record<string, unknown>) =>
    Object.entries(item).map(([type, dims]) => ({
      type,
      dims: Array.isArray(dims) ? dims.map(Number) : [],
    })),
  );
}
