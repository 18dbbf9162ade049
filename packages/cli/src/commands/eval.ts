import { GraftError, lookAt } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import type { Device } from '@pip-graft/runtime';
import { type Evaluation, evaluate, findTasks, type Task } from '@pip-graft/validate';
import { type Command, Option } from 'commander';
import { evalResult } from '../eval/eval-result.ts';
import { choicesOfDoor, type DoorChoices, doorOptions } from '../options/expected-device.ts';
import {
  decibels,
  joined,
  type MaxPixelsOption,
  maxPixelsOption,
  pixelsOf,
  wholeNumber,
} from '../options/options.ts';
import { parseDegrade, parseMap, parseWeights } from '../options/parse-weights.ts';
import { strengthOption, strengthWarnings } from '../options/strength.ts';
import { define, run } from '../pipeline/run.ts';
import { type Shard, type ShardOption, type ShardRecord, shardOption, shareOf } from '../shard.ts';

interface Options extends MaxPixelsOption, DoorChoices, ShardOption {
  readonly data: string;
  readonly degrade?: readonly string[];
  readonly degradation?: string;
  readonly map?: string;
  readonly blind?: boolean;
  readonly strength?: number;
  readonly base?: string;
  readonly limit?: number;
  readonly seed: number;
  readonly device: Device;
  readonly deviceId?: number;
  readonly threads?: number;
  readonly minPsnr?: number;
  readonly perImage?: boolean;
}

export function command(): Command {
  return define('eval', 'Measures PSNR and SSIM of a model and its host on images', [
    'graft eval grafted.onnx --data test',
    'graft eval grafted.onnx --data photos --degrade noise:25 --degrade rain --limit 10',
    'graft eval grafted.onnx --data test/derain --degradation rain=1 --min-psnr 30 --json',
    'graft eval grafted.onnx --data test --shard 2/8 --json > shard-2.json',
  ])
    .argument(
      '<model>',
      'ONNX file, grafted or not, a package, or hf:owner/name[@revision][/folder or file]',
    )
    .requiredOption(
      '--data <folder>',
      'folder with input/ and target/ (images of the same names), or a folder of such folders; with --degrade: clean images',
    )
    .option(
      '--degrade <name:amount>',
      'degrade clean images: noise:SIGMA (25), rain:STREAKS per 1000 pixels (8), haze:BETA (1.5), blur:PIXELS (13) or low-light:SHARE of light left (0.3); repeatable, one task each',
      (text: string, all: readonly string[] = []) => [...all, text],
    )
    .option(
      '--degradation <weights>',
      "degradation for the graft: label, or label=weight,…; default: the label in the task's name, otherwise the model's default",
      joined,
    )
    .option('--map <tasks>', 'degradation of single tasks: TASK=LABEL,…', joined)
    .option('--blind', 'pass no degradation: the sensor detects it, and its accuracy is measured')
    .addOption(strengthOption())
    .option('--base <host>', 'host to compare with; default: the model with its graft removed')
    .option('--limit <number>', 'images per folder; default: all', wholeNumber(1, 1e9))
    .addOption(
      new Option('--seed <number>', 'of --degrade').argParser(wholeNumber(0, 1e15)).default(0),
    )
    .addOption(
      new Option('--device <device>', 'where to run')
        .choices(['cpu', 'cuda', 'webgpu'])
        .default('cpu'),
    )
    .option('--device-id <number>', 'index of the CUDA device; default: 0', wholeNumber(0, 255))
    .option(
      '--threads <number>',
      "threads per operator; default: onnxruntime's choice",
      wholeNumber(1, 1024),
    )
    .option('--min-psnr <dB>', 'fail if the mean PSNR over tasks (RGB) is lower', decibels)
    .addOption(doorOptions()[0]!)
    .addOption(doorOptions()[1]!)
    .addOption(maxPixelsOption())
    .addOption(shardOption('images'))
    .option('--per-image', 'print the figures of every image')
    .action(
      run<[string], Options>(async (session, path, options) => {
        const { data, base, degrade, degradation, limit, map, strength, threads } = options;
        if (options.shard && options.minPsnr !== undefined)
          throw new GraftError(
            'INVALID_ARGUMENT',
            '--min-psnr: a shard does not know the average; pass it to graft merge-reports.',
          );
        for (const warning of strengthWarnings(strength)) session.note(warning);
        const { sizeMultiple, labels } = settingsOf(path);
        const { tasks, problems, ignored } = await findTasks(data, {
          ...(degrade === undefined ? {} : { degrade: degrade.map(parseDegrade) }),
          ...(limit === undefined ? {} : { limit }),
        });
        const share = shareOfTasks(tasks, options.shard);
        const measured = await evaluate({
          model: path,
          tasks: share.tasks,
          sizeMultiple,
          seed: options.seed,
          ...pixelsOf(options),
          ...choicesOfDoor(options),
          device: options.device,
          ...(base === undefined ? {} : { base }),
          ...(degradation === undefined ? {} : { degradation: weightsFor(degradation, labels) }),
          ...(map === undefined ? {} : { map: parseMap(map) }),
          ...(options.blind ? { blind: true } : {}),
          ...(strength === undefined ? {} : { strength }),
          ...(options.deviceId === undefined ? {} : { deviceId: options.deviceId }),
          ...(threads === undefined ? {} : { threads }),
          onStep: (task, done, total) => {
            session.signal.throwIfAborted();
            session.progress(task, done, total);
          },
        });
        const found = { ...measured, problems: [...problems, ...measured.problems] };
        const record = share.recordOf(found);
        return evalResult(
          {
            model: path,
            base: base ?? null,
            data,
            found,
            ignored,
            ...(record && { shard: record }),
          },
          options,
        );
      }),
    );
}

/** Size multiple and labels of a model; no labels if it takes no weights. */
function settingsOf(path: string): {
  readonly sizeMultiple: number;
  readonly labels: readonly string[];
} {
  const opened = openModel(path);
  try {
    const { sizeMultiple, graft } = lookAt(opened.model);
    return { sizeMultiple, labels: graft?.inputs ? graft.labels : [] };
  } finally {
    opened.close();
  }
}

/** Parses weights; none for a model without labels, which `evaluate` rejects with the reason. */
function weightsFor(text: string, labels: readonly string[]): number[] {
  return labels.length === 0 ? [] : parseWeights(text, labels);
}

/** Tasks with the images of one shard. All tasks stay, so every shard chooses the same weights. */
interface TaskShare {
  readonly tasks: readonly Task[];
  /** Returns the positions of the measured images in the whole list; undefined without a shard. */
  readonly recordOf: (found: Pick<Evaluation, 'tasks'>) => ShardRecord | undefined;
}

/** Takes a shard's share of the images of all tasks. */
function shareOfTasks(tasks: readonly Task[], shard: Shard | undefined): TaskShare {
  const all = tasks.flatMap(({ name, pairs }, task) => pairs.map((pair) => ({ name, task, pair })));
  // An image in several tasks counts once per task; different shards may measure it.
  const share = shareOf(all, ({ name, pair }) => JSON.stringify([name, pair.name]), shard);
  const mine = new Set(share.items.map(({ pair, task }) => keyOf(task, pair.name)));
  const places = new Map(all.map(({ task, pair }, at) => [keyOf(task, pair.name), at]));
  return {
    tasks: tasks.map((task, at) => ({
      ...task,
      pairs: task.pairs.filter(({ name }) => mine.has(keyOf(at, name))),
    })),
    recordOf: (found) =>
      shard && {
        index: shard.index,
        count: shard.count,
        total: all.length,
        order: found.tasks.flatMap(({ images }, at) =>
          images.map(({ name }) => places.get(keyOf(at, name))!),
        ),
      },
  };
}

function keyOf(task: number, image: string): string {
  return `${task} ${image}`;
}
