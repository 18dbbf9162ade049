import { type Host, hostOf } from '@pip-graft/graft';
import { GraftError, mainImage, widenPrecision } from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import { graftFed } from './graft-fed.ts';
import { hostParameters, type LearnedPart } from './host-parameters.ts';
import { type Learner, type LearnerGraphOptions, learnerGraph } from './learner-graph.ts';
import type { TrainingGraph } from './step-graph.ts';

/** What a step computes, and at which size. */
export interface TrainingGraphOptions extends LearnerGraphOptions {
  /** Default `pip`. */
  readonly learn?: LearnedPart | undefined;
}

/**
 * A step of prompt learning as an ONNX model: a host with an adapter whose parameters are fed, the
 * loss, and its gradients by these parameters. The host is frozen by default: of it, only what lies
 * between the skip connections and the output is differentiated.
 *
 * A host in float16 is computed in float32, on its own numbers; it stays what adapters are bound to.
 *
 * Errors: refusals of the plan; `UNSUPPORTED_HOST`, naming the node, for an operator without a rule,
 * and for weights in float16 that were to be learned; `INVALID_ARGUMENT` when there is nothing to learn.
 *
 * @param adapter null to train the host by itself
 *
 * @example
 * const { model, gradients } = trainingGraph(host, adapter, { batch: 4, patch: 64, loss: 'smooth-l1', angles: 2e-5 });
 */
export function trainingGraph(
  given: Host,
  adapter: Adapter | null,
  { learn, ...options }: TrainingGraphOptions,
): TrainingGraph {
  return learnerGraph(learnerOf(given, adapter, { learn }), options);
}

/** What of {@link TrainingGraphOptions} says what is learned. */
export type LearnerOptions = Pick<TrainingGraphOptions, 'learn'>;

/** What restores, with an adapter's parameters as inputs, and what of it is learned. */
export function learnerOf(
  given: Host,
  adapter: Adapter | null,
  { learn = 'pip' }: LearnerOptions,
): Learner {
  requirePlainImages(given);
  const host = widened(given, learn);
  const own = hostParameters(host, learn).map(({ name }) => name);
  if (!adapter)
    return {
      ...{
        model: host.model,
        output: host.located.image?.output,
        image: mainImage(host.model),
        parameters: own,
        steering: null,
      },
    };
  const grafted = graftFed(host, adapter);
  return {
    ...grafted,
    output: host.located.image?.output,
    parameters: [...grafted.parameters, ...own],
  };
}

/** Patches are planar RGB of 0 to 1 in floats. Errors: `UNSUPPORTED_HOST` for a host that takes or makes others. */
function requirePlainImages({ model, located: { image } }: Host): void {
  if (!image) return;
  const { layout, dataType, values, beside } = image;
  const range = [values.input.range, values.output.range].find((one) => one && one !== '0..1');
  const why =
    (layout === 'NHWC' && 'its channels come last') ||
    (dataType === 'uint8' && 'it takes bytes') ||
    (range && `its values are ${range}`) ||
    (values.input.order === 'bgr' && 'its colours are BGR') ||
    (beside[0] !== undefined && `it takes a further input '${beside[0]}'`);
  if (!why) return;
  throw new GraftError(
    'UNSUPPORTED_HOST',
    `${model.source.label}: training feeds RGB of 0 to 1 in NCHW and floats, and ${why}; train on the network without this wrapper: an adapter for it also fits it wrapped, with --allow-unbound.`,
  );
}

function widened(host: Host, learn: LearnedPart): Host {
  const model = widenPrecision(host.model);
  if (model === host.model) return host;
  if (learn !== 'pip')
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${model.source.label}: its weights are float16, too coarse to be learned; train its float32 form, and convert that.`,
    );
  return { ...hostOf(model), identity: host.identity };
}
