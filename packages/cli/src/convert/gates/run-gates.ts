import { resolve } from 'node:path';
import { GraftError, lookAt, oneHot } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import { type Image, psnr } from '@pip-graft/imaging';
import type { Verdict } from '@pip-graft/validate';
import { parseDegrade, parseWeights } from '../../options/parse-weights.ts';
import type { GatesConfig } from '../config/schema.ts';
import { type BuildOptions, buildOutput, type Output } from '../job/build-output.ts';
import type { Job, MadeFile, Measured } from '../job/job.ts';

/** Runs all gates of a job on its output, cheapest first, even if some fail. */
export async function runGates(
  job: Job,
  output: Output,
  files: readonly MadeFile[],
  { signal, onStage }: BuildOptions,
): Promise<Judged> {
  const { maxBytes, parity, quality = [], validate } = job.config.gates ?? {};
  const verdicts: Verdict[] = [];
  const step = (gate: string) => (detail: string, done: number, total: number) =>
    onStage?.(`${gate}: ${detail}`, done, total);
  if (maxBytes !== undefined) {
    verdicts.push(
      sizeGate(
        files.reduce((sum, { bytes }) => sum + bytes, 0),
        maxBytes,
      ),
    );
  }
  if (parity !== undefined) {
    onStage?.('parity', 0, 1);
    verdicts.push(await parityGate(job, output.path, parity));
  }
  for (const wanted of quality) {
    signal?.throwIfAborted();
    verdicts.push(await qualityGate(output.path, job.folder, wanted, step('quality')));
  }
  if (validate !== undefined) {
    const { gates, measured } = await validateGate(output.path, validate, signal, step('validate'));
    return { gates: [...verdicts, ...gates], measured };
  }
  return { gates: verdicts, measured: {} };
}

/**
 * Measures how close a float16 output is to the float32 form of the same job, in dB, on an image.
 * It tries the model's own degradation and each label alone; the worst counts.
 */
async function parityGate(
  job: Job,
  path: string,
  wanted: { readonly psnr: number; readonly image?: string | undefined },
): Promise<Verdict> {
  return judge('parity', async () => {
    const [
      { createSession },
      { behindDoor, readImage, restoreImage, settingsOf },
      { sampleImage },
    ] = await Promise.all([
      import('@pip-graft/runtime'),
      import('@pip-graft/restore'),
      import('@pip-graft/validate'),
    ]);
    const image =
      wanted.image === undefined
        ? await sampleImage()
        : await readImage(resolve(job.folder, wanted.image));
    const { precision: _, external: __, gates: ___, ...plain } = job.config;
    const full = await buildOutput({ ...job, config: plain }, 'float32-form.onnx');
    const opened = openModel(path);
    const settings = settingsOf(opened.model);
    const { graft } = settings;
    const { sizeMultiple } = settings.restore;
    opened.close();
    const rows = graft?.inputs
      ? [undefined, ...graft.labels.map((_, label) => oneHot(graft.labels.length, label))]
      : [undefined];
    const names = graft?.inputs ? { names: graft.inputs } : {};
    const restore = async (model: string): Promise<Image[]> => {
      const { session } = await behindDoor(await createSession(model), settings);
      try {
        const made: Image[] = [];
        for (const degradation of rows) {
          const steered = degradation === undefined ? {} : { degradation };
          made.push(await restoreImage(session, image, { sizeMultiple, ...names, ...steered }));
        }
        return made;
      } finally {
        await session.release();
      }
    };
    const [half, whole] = [await restore(path), await restore(full.path)];
    const worst = Math.min(...half.map((made, index) => psnr(made, whole[index]!)));
    const tried = rows.length === 1 ? '' : `, the worst of ${rows.length} settings`;
    return atLeast(
      worst,
      wanted.psnr,
      `dB between the float16 model and its float32 form, ${image.width}x${image.height}${tried}; at least the limit.`,
    );
  });
}

type Wanted = NonNullable<GatesConfig['quality']>[number];

/** Measures a model on images as `graft eval` does: the average PSNR over tasks. */
async function qualityGate(
  path: string,
  folder: string,
  wanted: Wanted,
  onStep: (task: string, done: number, total: number) => void,
): Promise<Verdict> {
  const { data, degrade, degradation, limit, psnr } = wanted;
  const name = ['quality', data, degrade].filter(Boolean).join(' ');
  return judge(name, async () => {
    const { evaluate, findTasks } = await import('@pip-graft/validate');
    const opened = openModel(path);
    const { sizeMultiple, graft } = lookAt(opened.model);
    opened.close();
    const { tasks, problems } = await findTasks(resolve(folder, data), {
      ...(degrade === undefined ? {} : { degrade: [parseDegrade(degrade)] }),
      ...(limit === undefined ? {} : { limit }),
    });
    const labels = graft?.inputs ? graft.labels : [];
    const found = await evaluate({
      model: path,
      tasks,
      sizeMultiple,
      ...(degradation === undefined ? {} : { degradation: parseWeights(degradation, labels) }),
      onStep,
    });
    const unread = [...problems, ...found.problems];
    if (unread.length > 0) {
      const [first] = unread;
      const detail = `${unread.length} images could not be measured, such as ${first!.image ?? first!.task}: ${first!.reason}`;
      return { status: 'failed', measured: null, limit: psnr, detail };
    }
    const mean = (found.average?.grafted ?? found.average?.host)?.psnr ?? Number.NaN;
    const images = tasks.reduce((sum, { pairs }) => sum + pairs.length, 0);
    return atLeast(mean, psnr, `dB on average over ${images} images; at least the limit.`);
  });
}

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  kiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/**
 * Converts a number of bytes, or a text such as `40 MB` or `1.5 GiB`, to bytes.
 *
 * Errors: `INVALID_ARGUMENT`.
 *
 * @example parseBytes('40 MB') // 40_000_000
 */
export function parseBytes(size: number | string): number {
  if (typeof size === 'number') return size;
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([kMG]i?B|B)$/.exec(size) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  if (amount === undefined || factor === undefined) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `'${size}': expected a size such as 40 MB or 1.5 GiB.`,
    );
  }
  return Math.round(Number(amount) * factor);
}

/** Checks that all files of an output together stay within a limit. */
function sizeGate(bytes: number, most: number | string): Verdict {
  const limit = parseBytes(most);
  return {
    name: 'size',
    status: bytes <= limit ? 'passed' : 'failed',
    measured: bytes,
    limit,
    unit: 'bytes',
    detail: 'Bytes of the model and its data together.',
  };
}

interface Judged {
  readonly gates: readonly Verdict[];
  readonly measured: Measured;
}

/** Runs `graft validate` on an output: a verdict for each of its checks, and its measurements. */
async function validateGate(
  path: string,
  wanted: NonNullable<GatesConfig['validate']>,
  signal: AbortSignal | undefined,
  onStep: (check: string, done: number, total: number) => void,
): Promise<Judged> {
  const { device = 'cpu', maxOverhead, maxMemory } = wanted === true ? {} : wanted;
  const opened = openModel(path);
  const { sizeMultiple } = lookAt(opened.model);
  opened.close();
  const verdicts: Verdict[] = [];
  let measured: Measured = {};
  const whole = await judge('validate', async () => {
    const { validateGraft } = await import('@pip-graft/validate');
    const { status, checks, figures } = await validateGraft({
      grafted: path,
      device,
      sizeMultiple,
      budget: {
        ...(maxOverhead === undefined ? {} : { overhead: maxOverhead }),
        ...(maxMemory === undefined ? {} : { memory: maxMemory }),
      },
      ...(signal ? { signal } : {}),
      onStart: onStep,
    });
    const { latency, memory } = figures;
    measured = { ...(latency && { latency }), ...(memory && { memory }) };
    for (const check of checks) verdicts.push({ ...check, name: `validate: ${check.name}` });
    const detail = `${checks.filter((check) => check.status === 'passed').length} of ${checks.length} checks passed on ${device}.`;
    return { status, measured: null, limit: null, detail };
  });
  // Each check has its own time; the gate's is the remainder, such as opening the model.
  const inChecks = verdicts.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
  const milliseconds = Math.max(0, (whole.milliseconds ?? 0) - inChecks);
  return { gates: [{ ...whole, milliseconds }, ...verdicts], measured };
}

/** A gate's result, without its name. */
type Outcome = Omit<Verdict, 'name'>;

/**
 * Runs a gate and returns its verdict. If the device or runtime is missing, the gate is skipped,
 * with the reason. A model that the runtime rejects has failed.
 */
async function judge(name: string, gate: () => Promise<Outcome> | Outcome): Promise<Verdict> {
  const started = performance.now();
  const took = (): number => Math.round(performance.now() - started);
  try {
    return { name, ...(await gate()), milliseconds: took() };
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    const status = error.code === 'DEVICE_UNAVAILABLE' ? 'skipped' : 'failed';
    const ours = ['WRITE_FAILED', 'READ_FAILED', 'NOT_FOUND', 'INVALID_ARGUMENT', 'UNKNOWN_LABEL'];
    if (ours.includes(error.code)) throw error;
    return {
      name,
      status,
      measured: null,
      limit: null,
      detail: error.message,
      milliseconds: took(),
    };
  }
}

/** Judges a figure in dB that must reach a limit. */
function atLeast(measured: number, limit: number, detail: string): Outcome {
  const status = measured >= limit ? 'passed' : 'failed';
  return {
    status,
    measured: Number.isFinite(measured) ? measured : String(measured),
    limit,
    unit: 'dB',
    detail,
  };
}
