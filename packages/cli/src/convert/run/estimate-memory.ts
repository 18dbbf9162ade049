import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  backboneParameters,
  backbonePresets,
  elementCount,
  externalLocations,
} from '@pip-graft/graft';
import { checkpointFiles, openModel } from '@pip-graft/graft/node';
import { resizeBackbone } from '../../options/resize-backbone.ts';
import type { JobConfig } from '../config/schema.ts';

/** A Node process that reads graphs: 90 MB measured, and some for its adapters. */
const processBytes = 200e6;
/** onnxruntime with what it makes of a 128x128 picture in a small network. */
const runtimeBytes = 800e6;
/** The host, the graft, and the prepacked weights of both, while they are compared. */
const copies = 4;

/**
 * About how many bytes of memory a job takes at its peak. Building streams weights, so that only the
 * graph counts; gates that run the model hold it several times. An estimate: it decides how many
 * jobs run at once, not whether one does.
 *
 * @param sourceBytes of the files that it starts from, where another job makes them
 */
export function estimateMemory(config: JobConfig, folder: string, sourceBytes: number): number {
  const { gates = {} } = config;
  const weights = weightBytes(config, folder, sourceBytes);
  const runs = gates.parity ?? gates.quality ?? gates.validate;
  return processBytes + weights + (runs === undefined ? 0 : runtimeBytes + copies * weights);
}

function weightBytes({ source }: JobConfig, folder: string, sourceBytes: number): number {
  if ('job' in source) return sourceBytes;
  if ('backbone' in source) {
    const { backbone, seed: _, opset: __, ...sizes } = source;
    const given = Object.entries(sizes).filter(([, value]) => value !== undefined);
    const resized = resizeBackbone(backbonePresets[backbone], Object.fromEntries(given));
    return backboneParameters(resized).reduce((sum, { dims }) => sum + 4 * elementCount(dims), 0);
  }
  if ('checkpoint' in source) {
    const files = checkpointFiles(resolve(folder, source.checkpoint));
    return files.reduce((sum, file) => sum + bytesOf(file), 0);
  }
  const path = resolve(folder, source.onnx);
  const opened = openModel(path);
  opened.close();
  return [...externalLocations(opened.model)].reduce(
    (sum, location) => sum + bytesOf(join(dirname(path), location)),
    bytesOf(path),
  );
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
