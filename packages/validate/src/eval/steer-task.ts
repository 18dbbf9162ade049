import { GraftError } from '@pip-graft/onnx-graft';
import { type GraftRecord, type LabelWeights, labelWeights } from '@pip-graft/pip-core';
import type { Steering, Task } from './evaluation.ts';
import { matchLabel } from './find-tasks.ts';

export interface SteeringChoices {
  /** Weights for every task not in `map`; default: from the task's name. */
  readonly degradation?: LabelWeights;
  /** Labels by task, named in full or by one of its folders: `{ derain: 'rain' }`. */
  readonly map?: Readonly<Record<string, string>>;
  /** Whether to pass no weights, so that the graft's sensor finds them for each image. */
  readonly blind?: boolean;
}

/** Returns the weights to use for a task. Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`. */
export function steerTask(
  task: Pick<Task, 'name'>,
  graft: Pick<GraftRecord, 'labels' | 'inputs' | 'baked' | 'auto' | 'defaultDegradation'> | null,
  choices: SteeringChoices,
): Steering {
  if (graft === null) return { weights: null, by: 'host' };
  const { labels, baked, defaultDegradation } = graft;
  const steering = (weights: LabelWeights, by: Steering['by']): Steering => {
    const row = labelWeights(weights, labels);
    return { weights: Object.fromEntries(labels.map((label, at) => [label, row[at]!])), by };
  };
  if (graft.inputs === null) return steering(baked?.weights ?? defaultDegradation, 'baked');
  const sensor = { weights: null, by: 'sensor' } as const;
  if (choices.blind) return sensor;
  const mapped = Object.entries(choices.map ?? {}).find(([key]) => names(key, task));
  if (mapped !== undefined) return steering({ [mapped[1]]: 1 }, 'map');
  if (choices.degradation !== undefined) return steering(choices.degradation, 'given');
  const label = matchLabel(task.name, labels);
  if (label !== undefined) return steering({ [label]: 1 }, 'name');
  return graft.auto ? sensor : steering(defaultDegradation, 'default');
}

/** Returns the label of a task's images, from `map` or the task's name. */
export function labelOfTask(
  task: Pick<Task, 'name'>,
  labels: readonly string[],
  { map = {} }: SteeringChoices,
): string | undefined {
  return (
    Object.entries(map).find(([key]) => names(key, task))?.[1] ?? matchLabel(task.name, labels)
  );
}

/** Rejects choices without effect: a model that cannot be steered, a key that matches no task. Errors: `INVALID_ARGUMENT`. */
export function checkSteering(
  label: string,
  graft: Pick<GraftRecord, 'inputs' | 'auto'> | null,
  tasks: readonly Pick<Task, 'name'>[],
  choices: SteeringChoices & { readonly strength?: number },
): void {
  const { degradation, map, strength, blind } = choices;
  if (blind && !graft?.auto)
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${label}: no sensor to find the degradation; add one with \`graft apply --auto\`.`,
    );
  if (blind && degradation !== undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      'blind: weights were given as well; use one or the other.',
    );
  const asked = degradation !== undefined || map !== undefined || strength !== undefined;
  if (asked && (graft === null || graft.inputs === null)) {
    const why = graft
      ? 'its degradation is baked in; graft without --bake'
      : 'it has no graft; use a grafted model';
    throw new GraftError('INVALID_ARGUMENT', `${label}: cannot be steered: ${why}.`);
  }
  const idle = Object.keys(map ?? {}).find((key) => !tasks.some((task) => names(key, task)));
  if (idle === undefined) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `Task '${idle}': not found; use one of ${tasks.map((task) => task.name).join(', ')}.`,
  );
}

/** `derain`, `rain100l` and `derain/rain100l` name derain/rain100l; `noise:25` and `noise` name noise:25. */
function names(key: string, { name }: Pick<Task, 'name'>): boolean {
  return `/${name}/`.includes(`/${key}/`) || `/${name}`.includes(`/${key}:`);
}
