import { join } from 'node:path';
import { exposeValues } from '@pip-graft/onnx-graft';
import { type OpenedModel, openModel, saveModel } from '@pip-graft/onnx-graft/node';
import { type GraftRecord, ungraft } from '@pip-graft/pip-core';
import { type TemporaryFolder, temporaryFolder } from '../io/temporary-folder.ts';
import { imageInput, imageOutput } from '../restore/image-values.ts';
import type { LooseModel } from '../session/prepare-model.ts';
import type { OptimisationLevel, Session } from '../session/session.ts';
import { fit, sizesFor } from './pictures.ts';
import { samplePhoto } from './sample-photo.ts';
import { SessionPool } from './session-pool.ts';
import type { Side, Subject } from './subject.ts';
import { tolerancesFor } from './tolerances.ts';
import { runTrial } from './trial.ts';
import type { ValidateOptions } from './validate-options.ts';

/** A subject, and what gives everything behind it back. */
export interface OpenSubject {
  readonly subject: Subject;
  close(): Promise<void>;
}

/**
 * Opens a grafted file and its host (given, or what is left when the graft is
 * taken out) and learns from onnxruntime which pictures they take.
 */
export async function openSubject(options: ValidateOptions): Promise<OpenSubject> {
  const files: OpenedModel[] = [];
  const pool = new SessionPool();
  let folder: TemporaryFolder | undefined;
  const close = async (): Promise<void> => {
    await pool.release();
    for (const file of files) file.close();
    await folder?.remove();
  };
  const open = (path: string): OpenedModel => {
    const file = openModel(path);
    files.push(file);
    return file;
  };
  try {
    const grafted = open(options.grafted);
    const { model: ungrafted, graft } = ungraft(grafted.model);
    const host = options.base === undefined ? { ...grafted, model: ungrafted } : open(options.base);
    const path = async (side: Side): Promise<string> => {
      if (side === 'grafted') return options.grafted;
      if (options.base !== undefined) return options.base;
      folder ??= await temporaryFolder();
      const target = join(folder.path, 'host.onnx');
      await saveModel(ungrafted, target, { from: grafted, externalData: 'copy' });
      return target;
    };
    const models = { host, grafted, ungrafted, graft, path };
    const subject = await subjectOf(models, pool, options);
    return { subject, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Models = Pick<Subject, 'host' | 'grafted' | 'ungrafted' | 'graft' | 'path'>;

async function subjectOf(
  models: Models,
  pool: SessionPool,
  options: ValidateOptions,
): Promise<Subject> {
  const { graft } = models;
  const open = (side: Side, level: OptimisationLevel, inside: boolean): Promise<Session> =>
    pool.get(
      `${side} ${level} ${inside}`,
      () => (inside ? withInner(models[side], innerValues(graft, side)) : models[side]),
      sessionOptions(side, level, options),
    );
  const session = await open('host', 'all', false);
  const picture = imageInput(session);
  const output = imageOutput(session).name;
  const multiple = options.sizeMultiple ?? 2 * Math.max(...graft.sites.map((site) => site.scale));
  const side = Math.ceil((options.timing?.side ?? 128) / multiple) * multiple;
  const [rows] = picture.dims;
  return {
    device: options.device ?? 'cpu',
    ...models,
    picture,
    sizes: sizesFor(picture.dims, multiple),
    batches: typeof rows === 'number' ? [rows] : [1, 2],
    timing: { ...options.timing, size: fit(picture.dims, { width: side, height: side }) },
    budget: options.budget ?? {},
    tolerances: { ...tolerancesFor(picture.type), ...options.tolerances },
    photo: options.photo ?? (await samplePhoto()),
    session: (which, level) => open(which, level, false),
    async run(which, trial) {
      const inside = trial.inner !== undefined;
      const ready = await open(which, trial.level ?? 'basic', inside);
      const inputs = which === 'host' ? null : graft.inputs;
      return runTrial(ready, trial, { picture: picture.name, output, inputs });
    },
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  };
}

function sessionOptions(side: Side, optimisation: OptimisationLevel, options: ValidateOptions) {
  const { grafted, base, device, deviceId, threads } = options;
  return {
    label: side === 'grafted' ? grafted : (base ?? `host of ${grafted}`),
    optimisation,
    ...(device === undefined ? {} : { device }),
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(threads === undefined ? {} : { threads }),
  };
}

/** Values that checks look at inside a model: skip features, and in the graft what is made of them. */
function innerValues(graft: GraftRecord, side: Side): string[] {
  return graft.sites.flatMap(({ value, values }) => {
    if (side === 'host') return [value];
    const { degradationPrompt, universalPrompt, modulated } = values;
    // A baked degradation-aware prompt is a constant, which needs no look.
    const prompt = graft.inputs === null ? [] : [degradationPrompt];
    return [value, ...prompt, universalPrompt, modulated];
  });
}

function withInner(loose: LooseModel, names: readonly string[]): LooseModel {
  return { ...loose, model: exposeValues(loose.model, [...new Set(names)]) };
}
