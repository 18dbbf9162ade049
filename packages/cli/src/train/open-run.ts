import { type OpenHost, openAdapter } from '@pip-graft/graft/node';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import {
  type BatchOptions,
  hostParameters,
  readParameters,
  type StateDigests,
  startState,
  type TrainingState,
  type TrainOptions,
} from '@pip-graft/train';
import { canonical, sha256 } from '../session/canonical.ts';
import { type BatchRequest, batchesOf } from './batches-of.ts';
import { beginOrGoOn } from './begin-or-go-on.ts';

/** What a run was asked for. */
export interface RunRequest extends BatchRequest {
  /** What to begin with; `none` to train the host by itself. */
  readonly adapter: string;
  /** Degradations of a run without an adapter. */
  readonly labels: readonly string[] | undefined;
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
  const batches = await batchesOf(request, labels);
  const own = readParameters(host, hostParameters(host, options.learn), host.external);
  const digests: StateDigests = {
    // Numbers of workers and the like are not in it: they change nothing of what comes out.
    options: sha256(canonical({ ...options, pairs: {}, ...batches })),
    host: host.identity().digest,
    adapter: adapter?.digest ?? 'none',
  };
  const state = beginOrGoOn(resume, digests, () =>
    startState(new Map([...(adapter?.tensors ?? []), ...own]), options, digests),
  );
  return { adapter, labels, batches, state, hostWeights: [...own.keys()] };
}
