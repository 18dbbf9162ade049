import { GraftError, lookAt } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import { reportJson } from '@pip-graft/report';
import { formatValidation, formatVerdict } from '@pip-graft/report/text';
import { readImage } from '@pip-graft/restore';
import type { Device } from '@pip-graft/runtime';
import { explainGraft, type ValidateOptions, validateGraft } from '@pip-graft/validate';
import { type Command, Option } from 'commander';
import { choicesOfDoor, type DoorChoices, doorOptions } from '../options/expected-device.ts';
import {
  type MaxPixelsOption,
  maxPixelsOption,
  pixelsOf,
  positive,
  wholeNumber,
} from '../options/options.ts';
import {
  checkReportOptions,
  type ReportOptions,
  reportOptions,
} from '../options/report-options.ts';
import { define, run } from '../pipeline/run.ts';
import type { Session } from '../pipeline/session.ts';
import { reportData, writeReports } from '../reports.ts';
import { version } from '../version.ts';

interface Options extends ReportOptions, MaxPixelsOption, DoorChoices {
  readonly base?: string;
  readonly device: Device;
  readonly deviceId?: number;
  readonly image?: string;
  readonly threads?: number;
  readonly maxOverhead?: number;
  readonly maxMemory?: number;
  readonly layers?: boolean;
  readonly sweep?: boolean;
  readonly tiles?: number;
  readonly overlap?: number;
  readonly timeLimit?: number;
}

/** Exit statuses; 6 means that the device is missing. */
const exits = { passed: 0, failed: 1, skipped: 6 } as const;

export function command(): Command {
  const validate = define('validate', 'Checks a grafted model on this machine', [
    'graft validate grafted.onnx',
    'graft validate grafted.onnx --base host.onnx --image photo.jpg --max-overhead 1.15',
    'graft validate grafted.onnx --device cuda --layers --html report.html',
  ])
    .argument('<grafted>', 'ONNX file that `graft apply` wrote')
    .option('--base <host>', 'host to compare with; default: the model with its graft removed')
    .addOption(
      new Option('--device <device>', 'where to run')
        .choices(['cpu', 'cuda', 'webgpu'])
        .default('cpu'),
    )
    .option('--device-id <number>', 'index of the CUDA device; default: 0', wholeNumber(0, 255))
    .option('--image <image>', 'image to run on; default: a small one that is included')
    .addOption(maxPixelsOption())
    .option(
      '--threads <number>',
      "threads per operator; default: onnxruntime's choice",
      wholeNumber(1, 1024),
    )
    .option(
      '--max-overhead <ratio>',
      "fail if the grafted model takes more than this multiple of the host's time",
      positive,
    )
    .option(
      '--max-memory <ratio>',
      "fail if the grafted model takes more than this multiple of the host's memory",
      positive,
    )
    .option(
      '--layers',
      "compare every intermediate tensor with the CPU's and show where an error starts",
    )
    .option(
      '--sweep',
      'try many mixtures, strengths and batches, and the largest image that fits; takes minutes',
    )
    .option(
      '--tiles <side>',
      'measure the difference between an image restored whole and in tiles of this side',
      wholeNumber(16, 8192),
    )
    .option(
      '--overlap <pixels>',
      'overlap of these tiles; default: an eighth of a tile, 64 to 192, and at most a quarter',
      wholeNumber(0, 4096),
    )
    .option(
      '--time-limit <seconds>',
      'seconds that one step may take in native code before it counts as hung; default: 300',
      wholeNumber(1, 86_400),
    );
  for (const option of [...doorOptions(), ...reportOptions()]) validate.addOption(option);
  return validate.action(
    run<[string], Options>(async (session, path, options) => {
      const { base, device } = options;
      checkReportOptions(options, base === undefined ? [path] : [path, base]);
      const settings = await settingsOf(session, path, options);
      const validation = await validateGraft(settings);
      const explained = options.html !== undefined && validation.status !== 'skipped';
      const explanation = explained
        ? await explainGraft({
            ...settings,
            onStep: (step, done, total) => session.progress(`images: ${step}`, done, total),
          }).catch((error: unknown) => {
            session.signal.throwIfAborted();
            // A failure here has already failed a check, which the report shows.
            if (validation.status === 'passed') throw error;
            return undefined;
          })
        : undefined;
      const data = await reportData({ path, device, validation, explanation });
      await writeReports(data, options, session);
      return {
        json: reportJson(data, { name: 'graft', version }),
        text: formatValidation(path, device, validation, session.columns),
        exit: exits[validation.status],
      };
    }),
  );
}

async function settingsOf(
  session: Session,
  path: string,
  options: Options,
): Promise<ValidateOptions> {
  const { base, device, deviceId, image, threads, maxOverhead, maxMemory } = options;
  const { layers = false, sweep = false, tiles, overlap, timeLimit } = options;
  if (overlap !== undefined && tiles === undefined) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--overlap: it applies only to tiles; pass --tiles as well.',
    );
  }
  let current = { name: '', done: 0, total: 1 };
  return {
    grafted: path,
    device,
    sizeMultiple: sizeMultipleOf(path),
    ...choicesOfDoor(options),
    layers,
    sweep,
    signal: session.signal,
    ...(base === undefined ? {} : { base }),
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(image === undefined ? {} : { image: await readImage(image, pixelsOf(options)) }),
    ...(threads === undefined ? {} : { threads }),
    ...(tiles === undefined
      ? {}
      : { tiles: { tile: tiles, ...(overlap === undefined ? {} : { overlap }) } }),
    ...(timeLimit === undefined ? {} : { timeout: 1000 * timeLimit }),
    budget: {
      ...(maxOverhead === undefined ? {} : { overhead: maxOverhead }),
      ...(maxMemory === undefined ? {} : { memory: maxMemory }),
    },
    onStart: (name, done, total) => {
      current = { name, done, total };
      session.progress(name, done, total);
    },
    // A full-size network takes a minute, so show each verdict at once and the table at the end.
    onCheck: (verdict) => session.note(formatVerdict(verdict)),
    onStep: (done, total) =>
      session.progress(current.name, current.done + done / total, current.total),
  };
}

function sizeMultipleOf(path: string): number {
  using opened = openModel(path);
  return lookAt(opened.model).sizeMultiple;
}
