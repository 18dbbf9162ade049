import { basename, join, resolve } from 'node:path';
import {
  type Adapter,
  applyGraft,
  backbonePresets,
  buildBackbone,
  convertPrecision,
  detectBackbone,
  externalLocations,
  GraftError,
  type GraftOptions,
  hostOf,
  layersLeftWide,
  type Model,
  planGraft,
  readGraft,
} from '@pip-graft/graft';
import {
  nodeSha256,
  type OpenHost,
  openAdapter,
  openCheckpoint,
  openHost,
  saveExternalized,
  saveModel,
} from '@pip-graft/graft/node';
import { describeLeftAverages } from '@pip-graft/report/text';
import { brokenWeights, resizeBackbone } from '../../options/backbone-options.ts';
import { localise, parseLabelWeights } from '../../options/parse-weights.ts';
import { sensorOf } from '../../options/plan-host.ts';
import type { Job, Made } from './job.ts';

/** A job's result before its gates. */
export interface Output {
  /** Path of the model in the staging folder. */
  readonly path: string;
  readonly family: string;
  readonly precision: string;
  /** Adapters that were grafted here or already in the source. */
  readonly adapters: Made['adapters'];
  readonly labels: readonly string[];
  readonly seeded: boolean;
  readonly warnings: readonly string[];
}

/** Options of a build besides the job. */
export interface BuildOptions {
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: string, done: number, total: number) => void;
}

/**
 * Builds a job's model and saves it in its staging folder: source, precision, data and graft.
 *
 * The host is converted first and then grafted, so that removing the graft restores the converted
 * host byte for byte. Whether the adapters fit is decided on the host before conversion.
 * Errors: those of each step.
 */
export async function buildOutput(
  job: Job,
  name = basename(job.config.output),
  options: BuildOptions = {},
): Promise<Output> {
  const { config, folder, staging } = job;
  options.onStage?.('reading', 0, 1);
  const { host, seeded, warnings } = await openSource(job);
  try {
    const adapters = await Promise.all(
      (config.adapters ?? []).map((text) => openAdapter(text, { for: host, cwd: folder })),
    );
    const choices = choicesOf(job, adapters);
    // Reject everything invalid here, before the first edit.
    const plan = adapters.length > 0 ? planGraft(host, adapters, choices) : null;
    const graftOf = plan?.summary ?? readGraft(host.model);
    const form = precisionOf(host, config.precision);
    const converted = form.changed ? reopened(host, form.model) : host;
    const path = join(staging, name);
    const saving = {
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (done: number, total: number) => options.onStage?.('writing', done, total),
    };
    const graftOnto = (onto: OpenHost): Model =>
      plan === null
        ? onto.model
        : onto === host
          ? applyGraft(plan)
          : applyGraft(
              // Whether the adapters fit was decided above. A changed precision, or weights in
              // another file, change the digest that adapters may be bound to.
              planGraft(onto, adapters, { ...choices, allowUnbound: true }),
            );
    if (config.external === 'file') {
      // The host first: with the graft removed, its weights are in the file, too.
      await saveExternalized(converted.model, path, saving);
      const outside = await openHost(path);
      try {
        await saveModel(graftOnto(outside), path, saving);
      } finally {
        outside.close();
      }
    } else
      await saveModel(graftOnto(converted), path, {
        externalData:
          config.external ?? (externalLocations(host.model).size > 0 ? 'copy' : 'inline'),
        ...saving,
      });
    return {
      path,
      family: host.located.family,
      precision: form.precision,
      adapters: (graftOf?.adapters ?? []).map(({ name, version, trained }) => ({
        name,
        version,
        trained,
      })),
      labels: graftOf?.labels ?? [],
      seeded,
      warnings: [...warnings, ...form.warnings, ...(plan?.summary.warnings ?? [])],
    };
  } finally {
    host.close();
  }
}

function choicesOf({ config, folder }: Job, adapters: readonly Adapter[]): GraftOptions {
  const { auto, sites, bake, inputs, allowUnbound, range, feeds } = config;
  const labels = adapters.flatMap((adapter) => adapter.config.labels);
  return {
    auto: auto === undefined ? undefined : sensorOf(auto, config.adapters ?? [], folder),
    bake: bake === undefined ? undefined : { weights: parseLabelWeights(bake, labels) },
    inputs,
    sites,
    allowUnbound,
    range,
    feeds,
  };
}

interface Form {
  readonly model: Model;
  readonly precision: string;
  readonly changed: boolean;
  readonly warnings: readonly string[];
}

function precisionOf(host: OpenHost, wanted: 'float32' | 'float16' | undefined): Form {
  const { model, located, facts } = host;
  const site = located.sites[0];
  const has = (site && facts.value(site.value)?.dataType) ?? 'float32';
  if (wanted === undefined || wanted === has) {
    return { model, precision: has, changed: false, warnings: [] };
  }
  if (wanted === 'float32') {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${model.source.label}: it is ${has}, and rounding cannot be undone; take its float32 form as the source.`,
    );
  }
  if (readGraft(model) !== null) {
    throw new GraftError(
      'ALREADY_GRAFTED',
      `${model.source.label}: it carries a graft; convert its host and graft that, in one job.`,
    );
  }
  const left = layersLeftWide(model);
  const warnings = left === undefined ? [] : [`some of its layers stay float32: ${left}`];
  return { model: convertPrecision(model), precision: wanted, changed: true, warnings };
}

function reopened(host: OpenHost, model: Model): OpenHost {
  return { ...host, ...hostOf(model, { newHash: nodeSha256 }) };
}

/** A job's source as a model, and whether its weights come from a seed. */
export interface Source {
  readonly host: OpenHost;
  readonly seeded: boolean;
  readonly warnings: readonly string[];
}

/** Opens a job's source. Errors: those of opening, importing and building. */
async function openSource(job: Job): Promise<Source> {
  const { config, folder, sourceOutput, sourceSeeded } = job;
  const { source } = config;
  if ('onnx' in source)
    return { host: await openHost(resolve(folder, source.onnx)), seeded: false, warnings: [] };
  if ('job' in source) {
    if (sourceOutput !== null)
      return { host: await openHost(sourceOutput), seeded: sourceSeeded, warnings: [] };
    throw new GraftError('NOT_FOUND', `Job '${config.name}': '${source.job}' has not been made.`);
  }
  if ('backbone' in source) {
    const { backbone: name, seed = 0, opset, ...sizes } = source;
    const given = Object.fromEntries(
      Object.entries(sizes).filter(([, value]) => value !== undefined),
    );
    const model = buildBackbone(resizeBackbone(backbonePresets[name], given), seed, { opset });
    return { host: inMemory(model), seeded: true, warnings: [] };
  }
  const path = resolve(folder, source.checkpoint);
  const checkpoint = await openCheckpoint(path);
  try {
    const { prefix } = source;
    const found = detectBackbone(checkpoint.tensors, { prefix, label: path });
    const { backbone, weights } = found;
    const built = buildBackbone(localise(backbone, source.local), weights, { opset: source.opset });
    // Weights are read from the checkpoint when the model is saved.
    const { warning: broken } = brokenWeights(checkpoint, found);
    const warnings = [
      ...describeLeftAverages(found.leftAverages),
      ...(broken === undefined ? [] : [broken]),
    ];
    return {
      host: inMemory(built, () => checkpoint.close()),
      seeded: false,
      warnings: warnings.map((warning) => warning.replace(/^warning: /, '')),
    };
  } catch (error) {
    checkpoint.close();
    throw error;
  }
}

/** Wraps a model that was built in memory as an opened one. */
function inMemory(model: Model, close = () => {}): OpenHost {
  return {
    ...hostOf(model, { newHash: nodeSha256 }),
    path: model.source.label,
    close,
    [Symbol.dispose]: close,
  };
}
