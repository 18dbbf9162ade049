import { resolve } from 'node:path';
import {
  backbonePresets,
  buildBackbone,
  detectBackbone,
  GraftError,
  hostOf,
  type Model,
} from '@pip-graft/graft';
import { nodeSha256, type OpenHost, openCheckpoint, openHost } from '@pip-graft/graft/node';
import { describeLeftAverages } from '@pip-graft/report/text';
import { brokenWeights } from '../../options/broken-weights.ts';
import { localise } from '../../options/parse-weights.ts';
import { resizeBackbone } from '../../options/resize-backbone.ts';
import type { Job } from './job.ts';

/** A job's source as a model, and whether its weights come from a seed. */
export interface Source {
  readonly host: OpenHost;
  readonly seeded: boolean;
  readonly warnings: readonly string[];
}

/** Opens a job's source. Errors: those of opening, importing and building. */
export async function openSource(job: Job): Promise<Source> {
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
