import { existsSync } from 'node:fs';
import { type OpenHost, openAdapter } from '@pip-graft/graft/node';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import {
  type BatchOptions,
  hostParameters,
  listPairs,
  listPhotos,
  readParameters,
  readState,
  type StateDigests,
  startState,
  type TrainingState,
  type TrainOptions,
} from '@pip-graft/train';
import { canonical, sha256 } from '../session/canonical.ts';

/** What a run was asked for. */
export interface RunRequest {
  /** What to begin with; `none` to train the host by itself. */
  readonly adapter: string;
  /** Degradations of a run without an adapter. */
  readonly labels: readonly string[] | undefined;
  readonly data: string | undefined;
  /** Folders of real pairs, by label. */
  readonly pairs: Readonly<Record<string, string>>;
  readonly options: TrainOptions;
  /** The state to go on from, where there is to be one. */
  readonly resume: string | undefined;
}

/** A run that can begin. */
export interface OpenRun {
  readonly adapter: Adapter | null;
  readonly labels: readonly string[];
  /** Names of the host's weights that are learned, too. */
  readonly hostWeights: readonly string[];
  readonly batches: BatchOptions;
  readonly state: TrainingState;
}

/**
 * Reads and checks all that a run needs before anything is computed.
 *
 * Errors: `INVALID_ARGUMENT` for a patch that the host cannot take; `ADAPTER_MISMATCH` for a state of
 * another host, adapter or options; those of adapters, photos and states.
 */
export async function openRun(host: OpenHost, request: RunRequest, cwd: string): Promise<OpenRun> {
  const { options, resume } = request;
  const adapter = request.adapter === 'none' ? null : openAdapter(request.adapter, host, cwd);
  if (adapter && request.labels)
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--labels is for --adapter none; an adapter has labels of its own.',
    );
  const { sizeMultiple } = host.located;
  if (options.patch % sizeMultiple !== 0)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `--patch ${options.patch}: ${host.model.source.label} takes multiples of ${sizeMultiple}.`,
    );
  const labels = adapter?.config.labels ?? request.labels ?? ['noise'];
  const pairs = Object.fromEntries(
    await Promise.all(
      Object.entries(request.pairs).map(
        async ([label, folder]) => [label, await listPairs(folder)] as const,
      ),
    ),
  );
  const photos = request.data === undefined ? [] : await listPhotos(request.data);
  const unknown = Object.keys(pairs).find((label) => !labels.includes(label));
  if (unknown !== undefined)
    throw new GraftError(
      'UNKNOWN_LABEL',
      `--pairs '${unknown}': the adapter has no such label; it has ${labels.join(', ')}.`,
    );
  const batches = {
    ...{ photos, patch: options.patch, batch: options.batch, labels, seed: options.seed },
    ...(Object.keys(pairs).length > 0 ? { pairs } : {}),
  };
  const own = readParameters(host, hostParameters(host, options.learn), host.external);
  const digests: StateDigests = {
    // Numbers of workers and the like are not in it: they change nothing of what comes out.
    options: sha256(canonical({ ...options, photos, pairs })),
    host: host.identity().digest,
    adapter: adapter?.digest ?? 'none',
  };
  const state =
    resume !== undefined && existsSync(resume)
      ? goOn(readState(resume), digests, resume)
      : startState(new Map([...(adapter?.tensors ?? []), ...own]), options, digests);
  return { adapter, labels, batches, state, hostWeights: [...own.keys()] };
}

function goOn(state: TrainingState, digests: StateDigests, path: string): TrainingState {
  const other = (['host', 'adapter', 'options'] as const).find(
    (key) => state.digests[key] !== digests[key],
  );
  if (other === undefined) return state;
  const what = {
    host: 'of another host',
    adapter: 'of a run that began with another adapter',
    options: 'of a run with other options or photos',
  }[other];
  throw new GraftError(
    'ADAPTER_MISMATCH',
    `${path}: the state is ${what}; give what that run was started with, or leave --resume out to begin anew.`,
  );
}
