import { degrade, type Image, measureQuality, roundToEightBits } from '@pip-graft/imaging';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { labelWeights } from '@pip-graft/pip-core';
import { type DoorOptions, type RestoreOptions, readImage, restoreImage } from '@pip-graft/restore';
import type { Device } from '@pip-graft/runtime';
import {
  type Evaluation,
  type ImageResult,
  meanQualities,
  type Pair,
  type Problem,
  type Steering,
  type Task,
  type TaskResult,
  withGain,
} from './evaluation.ts';
import { openSides, type Sides } from './open-sides.ts';
import { checkSteering, labelOfTask, type SteeringChoices, steerTask } from './steer-task.ts';

export interface EvaluateOptions extends SteeringChoices, DoorOptions {
  /** Path of a model, grafted or not. */
  readonly model: string;
  /** Path of its host; default: the model with the graft removed. */
  readonly base?: string;
  /** Tasks from {@link findTasks}. */
  readonly tasks: readonly Task[];
  /** 0 is the host alone, 1 (the default) the full graft. */
  readonly strength?: number;
  /** Number that both image sides must be multiples of; default: 1. */
  readonly sizeMultiple?: number;
  /** Seed of the synthetic degradations, combined with the image's name; default: 0. */
  readonly seed?: number;
  /** Default: 'cpu'. */
  readonly device?: Device;
  /** Which of several CUDA devices; default: 0. */
  readonly deviceId?: number;
  /** Threads inside one operator; default: onnxruntime's choice. */
  readonly threads?: number;
  /** Largest width times height of an image; default: that of `readImage`. */
  readonly pixels?: number;
  /** Called after each image, restored or failed. */
  readonly onStep?: (task: string, done: number, total: number) => void;
}

/** Fixed, because the last bits of the results depend on it. */
const optimisation = 'all';

/**
 * Measures PSNR and SSIM, in RGB and in Y, of degraded images and of the results of a host and its
 * graft, against the clean images: whole images, values clipped to 0 … 1 and not rounded to 8 bits,
 * as in training. Synthetic degradations are rounded to 8 bits, as in files.
 *
 * An image that cannot be read, differs in size from its clean image or fails in a model becomes a
 * problem in the result; the others are measured.
 *
 * Errors: those of opening and loading the models; `INVALID_ARGUMENT`,
 * `UNKNOWN_LABEL`, `INVALID_WEIGHTS` for invalid steering.
 *
 * @example
 * const { tasks } = await findTasks('data');
 * const { average } = await evaluate({ model: 'grafted.onnx', tasks });
 * average?.gain?.psnr // dB
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  argument.requireMembers(options, 'evaluate', { model: 'text', tasks: 'a list' });
  const { model, base, tasks, strength, sizeMultiple = 1, seed = 0 } = options;
  const { device = 'cpu', deviceId, threads, onStep } = options;
  const { range, feeds } = options;
  const sides = await openSides(model, base, {
    range,
    feeds,
    sizeMultiple,
    device,
    optimisation,
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    const { graft, ownHost } = sides;
    checkSteering(model, graft, tasks, options);
    const plans = tasks.map((task) => ({ task, degradation: steerTask(task, graft, options) }));
    const models = graft === null ? 1 : 2;
    const total = models * tasks.reduce((sum, { pairs }) => sum + pairs.length, 0);
    let done = 0;
    const results: TaskResult[] = [];
    const problems: Problem[] = [];
    for (const { task, degradation } of plans) {
      const restore = restorers(sides, degradation, { sizeMultiple, strength });
      const images: ImageResult[] = [];
      for (const pair of task.pairs) {
        const start = done;
        const step = (): void => {
          done++;
          onStep?.(task.name, done, total);
        };
        try {
          images.push(await measure(pair, task, { seed, pixels: options.pixels }, restore, step));
        } catch (error) {
          if (!(error instanceof GraftError)) throw error;
          problems.push({ task: task.name, image: pair.name, reason: error.message });
        }
        while (done < start + models) step();
      }
      results.push({
        name: task.name,
        degrade: task.degrade ?? null,
        degradation,
        images,
        found: foundIn(images, graft && labelOfTask(task, graft.labels, options)),
        mean: meanQualities(images.map(({ quality }) => quality)),
      });
    }
    return {
      settings: {
        device,
        optimisation,
        threads: threads ?? null,
        sizeMultiple,
        strength: graft === null ? null : (strength ?? graft.baked?.strength ?? 1),
        seed,
      },
      graft: graft && {
        adapter: graft.adapters.map(({ name }) => name).join(' + '),
        trained: graft.adapters.every(({ trained }) => trained),
        ownHost,
      },
      tasks: results,
      average: meanQualities(results.flatMap(({ mean }) => mean ?? [])),
      problems,
    };
  } finally {
    await sides.close();
  }
}

type Restore = (image: Image, onFound?: RestoreOptions['onFound']) => Promise<Image>;

/** Returns the functions that restore an image of a task with host and graft. */
function restorers(
  { host, grafted, graft }: Sides,
  { weights, by }: Steering,
  how: { readonly sizeMultiple: number; readonly strength: number | undefined },
): {
  readonly host: Restore;
  readonly grafted: Restore | null;
  readonly labels: readonly string[];
} {
  const { sizeMultiple, strength } = how;
  const plain: RestoreOptions = { sizeMultiple };
  const steered: RestoreOptions = {
    ...plain,
    ...(graft?.inputs
      ? { names: { ...graft.inputs, ...(graft.auto ? { found: graft.auto.output } : {}) } }
      : {}),
    // The model applies its own default, as for a caller that does not know about the graft.
    ...(graft?.inputs && weights && by !== 'default'
      ? { degradation: labelWeights(weights, graft.labels) }
      : {}),
    ...(strength === undefined ? {} : { strength }),
  };
  return {
    host: (image) => restoreImage(host, image, plain),
    grafted:
      grafted &&
      ((image, onFound) =>
        restoreImage(grafted, image, { ...steered, ...(onFound ? { onFound } : {}) })),
    labels: graft?.labels ?? [],
  };
}

async function measure(
  pair: Pair,
  { degrade: how }: Task,
  { seed, pixels }: { readonly seed: number; readonly pixels: number | undefined },
  restore: ReturnType<typeof restorers>,
  step: () => void,
): Promise<ImageResult> {
  const limit = pixels === undefined ? {} : { pixels };
  const clean = await readImage(pair.target, limit);
  const { width, height } = clean;
  const input =
    pair.input === null && how !== undefined
      ? roundToEightBits(degrade(clean, how.degradation, `${seed}/${pair.name}`, how.amount))
      : await readImage(pair.input ?? pair.target, limit);
  const before = measureQuality(input, clean);
  const host = measureQuality(await restore.host(input), clean);
  step();
  let found: readonly number[] | undefined;
  const made = await restore.grafted?.(input, (weights) => {
    found = weights;
  });
  const grafted = made === undefined ? null : measureQuality(made, clean);
  return {
    ...pair,
    width,
    height,
    quality: withGain(before, host, grafted),
    ...(found ? { found: byLabel(restore.labels, found) } : {}),
  };
}

function byLabel(labels: readonly string[], weights: readonly number[]): Record<string, number> {
  return Object.fromEntries(labels.map((label, at) => [label, weights[at]!]));
}

function foundIn(
  images: readonly ImageResult[],
  label: string | null | undefined,
): TaskResult['found'] {
  const found = images.flatMap((image) => (image.found ? [image.found] : []));
  if (found.length === 0 || label == null) return null;
  return { label, right: found.filter((one) => one[label]! > 0).length, of: found.length };
}
