import type { Host } from '@pip-graft/graft';
import {
  extendGraph,
  fixInputDims,
  GraftError,
  GraphBuilder,
  type Model,
  NameScope,
} from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import { type Feed, outputOf } from './learner-graph.ts';
import { type LearnerOptions, learnerOf } from './training-graph.ts';

/** A model that restores patches with fed parameters, and the names of its inputs and output. */
export interface RestorerGraph {
  readonly model: Model;
  /** Feeds by input. Parameters are inputs too, under their own names. */
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly output: string;
}

/** Options of {@link restorerGraph}: the learner's, and the size of batch and patches. */
export interface RestorerGraphOptions extends LearnerOptions {
  readonly batch: number;
  /** Side of the patches in pixels. */
  readonly patch: number;
}

/**
 * Builds what {@link trainingGraph} trains, without loss and gradients: the output at given
 * parameters.
 *
 * Errors: those of {@link trainingGraph}.
 *
 * @example restorerGraph(host, adapter, { batch: 8, patch: 64 }).output
 */
export function restorerGraph(
  host: Host,
  adapter: Adapter | null,
  { batch, patch, ...options }: RestorerGraphOptions,
): RestorerGraph {
  const learner = learnerOf(host, adapter, options);
  const { model: given, image, parameters, steering, labels = 0 } = learner;
  const output = outputOf(learner);
  if (!image || !output)
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${given.source.label}: it has no image input and output to train on.`,
    );
  const channels = typeof image.dims[1] === 'number' ? image.dims[1] : 3;
  const fixed = fixInputDims(given, {
    [image.name]: [batch, channels, patch, patch],
    ...(steering ? { [steering.degradation]: [batch, labels] } : {}),
  });
  const initializers = new Set(fixed.graph.initializers.map(({ name }) => name));
  const nothing = new GraphBuilder({
    opset: Math.min(23, fixed.opsets.get('') ?? 0),
    prefix: 'restore',
    taken: new NameScope(fixed),
  });
  return {
    model: extendGraph(fixed, {
      fragment: nothing.fragment(),
      fed: parameters.filter((name) => initializers.has(name)),
    }),
    feeds: {
      [image.name]: 'inputs',
      ...(steering ? { [steering.degradation]: 'weights', [steering.strength]: 1 } : {}),
    },
    output: output.name,
  };
}
