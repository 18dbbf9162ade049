import { type Host, planGraft } from '@pip-graft/graft';
import {
  type GraphBuilder,
  type ImageInput,
  type Model,
  mainImage,
  ops,
} from '@pip-graft/onnx-graft';
import {
  type Adapter,
  applyPlan,
  parameterName,
  pipParameters,
  plannedConfig,
} from '@pip-graft/pip-core';
import { emitAngles } from './emit-angles.ts';

/** A grafted model whose parameters are fed. */
export interface FedGraft {
  readonly model: Model;
  readonly image: ImageInput | undefined;
  /** Names of the inputs that hold the adapter's parameters. */
  readonly parameters: readonly string[];
  readonly steering: { readonly degradation: string; readonly strength: string };
  /** How many labels there are. */
  readonly labels: number;
  /** The angles between the degradation prompts of all levels; undefined for one label. */
  readonly angles: (g: GraphBuilder) => string | undefined;
}

/**
 * Grafts an adapter so that its parameters are inputs under their names. Errors: refusals of the plan.
 *
 * @example const { model, parameters } = graftFed(host, adapter);
 */
export function graftFed(host: Host, adapter: Adapter): FedGraft {
  const plan = planGraft(host, adapter, { inputs: 'required' });
  const config = plannedConfig(plan.summary, adapter.config);
  const { labels, levels } = config;
  return {
    image: mainImage(host.model),
    model: applyPlan(plan, { name: 'train', version: '0' }, { fed: true }),
    parameters: pipParameters(config).map(({ name }) => name),
    steering: plan.summary.inputs!,
    labels: labels.length,
    angles(g) {
      if (labels.length < 2) return undefined;
      const terms = levels.map(({ level, promptChannels }) =>
        emitAngles(
          g,
          parameterName(level, 'prompt.detask_prompt_param'),
          labels.length,
          promptChannels,
        ),
      );
      return terms.reduce((sum, term) => ops.add(g, sum, term));
    },
  };
}
