import { GraftError } from '@pip-graft/onnx-graft';
import { type GraftRecord, type LabelWeights, labelWeights } from '@pip-graft/pip-core';
import { matchLabel } from './match-label.ts';
import type { Task } from './task.ts';

/** Which degradation a model was told, and by whom. */
export interface Steering {
  /** Weights by label; null for a model that carries no graft, and where a sensor finds them. */
  readonly weights: Readonly<Record<string, number>> | null;
  /**
   * `map` and `given`: the caller's, for this task or for all; `name`: the label
   * that the task is named after; `default`: the model's own, since its name tells
   * none; `baked`: fixed when it was grafted; `sensor`: found in each image by the model's own
   * sensor; `host`: there is nothing to tell.
   */
  readonly by: 'map' | 'given' | 'name' | 'default' | 'baked' | 'sensor' | 'host';
}

export interface SteeringChoices {
  /** Weights for every task that `map` does not name; left out, what a task's name tells. */
  readonly degradation?: LabelWeights;
  /** Labels by task: its whole name or one of its folders, as `{ derain: 'rain' }`. */
  readonly map?: Readonly<Record<string, string>>;
  /** Tell the graft nothing: its sensor finds what each image has. */
  readonly blind?: boolean;
}

/** What a graft is told for a task. Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`. */
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

/** The label that the images of a task have, as far as map and name tell. */
export function labelOfTask(
  task: Pick<Task, 'name'>,
  labels: readonly string[],
  { map = {} }: SteeringChoices,
): string | undefined {
  return (
    Object.entries(map).find(([key]) => names(key, task))?.[1] ?? matchLabel(task.name, labels)
  );
}

/** Refuses choices that could not act: a model that cannot be steered, a key that names no task. Errors: `INVALID_ARGUMENT`. */
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
      `${label}: it has no sensor that finds the degradation; graft one with \`graft apply --auto\`.`,
    );
  if (blind && degradation !== undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      'Weights were given, and blind means that none are: choose one of them.',
    );
  const asked = degradation !== undefined || map !== undefined || strength !== undefined;
  if (asked && (graft === null || graft.inputs === null)) {
    const why = graft
      ? 'its degradation was fixed when it was grafted (--bake)'
      : 'it carries no graft';
    throw new GraftError('INVALID_ARGUMENT', `${label}: it cannot be steered: ${why}.`);
  }
  const idle = Object.keys(map ?? {}).find((key) => !tasks.some((task) => names(key, task)));
  if (idle === undefined) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `No task is called '${idle}'; there are ${tasks.map((task) => task.name).join(', ')}.`,
  );
}

/** `derain`, `rain100l` and `derain/rain100l` name derain/rain100l; `noise:25` and `noise` name noise:25. */
function names(key: string, { name }: Pick<Task, 'name'>): boolean {
  return `/${name}/`.includes(`/${key}/`) || `/${name}`.includes(`/${key}:`);
}
