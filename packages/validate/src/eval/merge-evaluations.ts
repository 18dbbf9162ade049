import { GraftError } from '@pip-graft/onnx-graft';
import { type Evaluation, type ImageResult, meanQualities, type TaskResult } from './evaluation.ts';

/** One evaluation of some of the images of all tasks. */
export interface EvaluationPart {
  readonly evaluation: Evaluation;
  /** Position of each image, in the order of tasks and images, in the list of all images. */
  readonly order: readonly number[];
}

/**
 * Joins evaluations of disjoint images into the one that a single run would have given: the same
 * order, means and averages, to the last bit. Equal problems count once.
 *
 * Errors: `INVALID_ARGUMENT` for evaluations with different settings, graft or tasks.
 */
export function mergeEvaluations(
  parts: readonly [EvaluationPart, ...EvaluationPart[]],
): Evaluation {
  const [{ evaluation: first }] = parts;
  for (const { evaluation } of parts) requireSame(first, evaluation);
  const placed = parts.map(placedImages);
  const tasks = first.tasks.map((task, at): TaskResult => {
    const images = placed.flatMap((part) => part[at] ?? []);
    images.sort((a, b) => a.position - b.position);
    return withImages(
      task,
      images.map(({ image }) => image),
      parts.flatMap(({ evaluation }) => evaluation.tasks[at]?.found ?? []),
    );
  });
  const problems = parts.flatMap(({ evaluation }) => evaluation.problems);
  return {
    settings: first.settings,
    graft: first.graft,
    tasks,
    average: meanQualities(tasks.flatMap(({ mean }) => mean ?? [])),
    problems: [...new Map(problems.map((one) => [JSON.stringify(one), one])).values()],
  };
}

interface Placed {
  readonly image: ImageResult;
  readonly position: number;
}

function placedImages({ evaluation, order }: EvaluationPart): Placed[][] {
  let next = 0;
  return evaluation.tasks.map(({ images }) =>
    images.map((image) => ({ image, position: order[next++] ?? 0 })),
  );
}

function withImages(
  { name, degrade, degradation }: TaskResult,
  images: readonly ImageResult[],
  found: readonly NonNullable<TaskResult['found']>[],
): TaskResult {
  const sum = (of: 'right' | 'of') => found.reduce((total, one) => total + one[of], 0);
  const [one] = found;
  return {
    name,
    degrade,
    degradation,
    images,
    found: one ? { label: one.label, right: sum('right'), of: sum('of') } : null,
    mean: meanQualities(images.map(({ quality }) => quality)),
  };
}

function requireSame(first: Evaluation, other: Evaluation): void {
  const settings = ({ settings, graft, tasks }: Evaluation) => ({
    ...settings,
    graft,
    tasks: tasks.map(({ name, degradation }) => [name, degradation]),
  });
  const [a, b] = [settings(first), settings(other)] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const different = Object.keys(a).find((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
  if (different === undefined) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `evaluations: they differ in ${different}; measure all parts with the same model, data and options.`,
  );
}
