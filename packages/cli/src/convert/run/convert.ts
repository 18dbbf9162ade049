import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  backboneParameters,
  backbonePresets,
  elementCount,
  externalLocations,
} from '@pip-graft/graft';
import { checkpointFiles, type HubOptions, openModel } from '@pip-graft/graft/node';
import { resizeBackbone } from '../../options/backbone-options.ts';
import { failureOf } from '../../pipeline/exit.ts';
import { Room } from '../../pipeline/room.ts';
import type { Inputs } from '../cache/cache-key.ts';
import type { JobConfig } from '../config/schema.ts';
import { type Job, type Made, type Outcome, totalBytes } from '../job/job.ts';
import { convertJob, JobRefused, type Surroundings } from './convert-job.ts';
import { placeFinder } from './hub-places.ts';

export interface ConvertOptions extends Omit<Surroundings, 'work' | 'find'> {
  /** Options for downloads from a model hub: progress and notes. */
  readonly hub?: HubOptions;
  /** Jobs in the order of the config, including the sources of jobs. */
  readonly jobs: readonly JobConfig[];
  /** How many jobs run at once. */
  readonly lanes: number;
  /** Bytes that running jobs may use together; a job that needs more runs alone. */
  readonly memory: number;
  /** Runs one job, such as `runInProcess`. */
  readonly run: (job: Job) => Promise<Made>;
  /** Clock in milliseconds, from any starting point. */
  readonly now: () => number;
  readonly onOutcome: (outcome: Outcome, done: number, total: number) => void;
}

/** Outcomes of all jobs, in their order, and what they read. */
export interface Conversion {
  readonly outcomes: readonly Outcome[];
  readonly inputs: ReadonlyMap<string, Inputs>;
}

/**
 * Runs jobs, each as soon as its source is ready and there is room. If a job fails, only those that
 * depend on it are skipped.
 *
 * Errors: the signal's reason if it was aborted. The failure of a job is in its outcome.
 */
export async function convert(options: ConvertOptions): Promise<Conversion> {
  const { jobs, folder, signal, now } = options;
  const slots = new Room(options.lanes);
  const memory = new Room(options.memory);
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const begun = new Map<string, Promise<Outcome>>();
  const inputs = new Map<string, Inputs>();
  const find = placeFinder({ ...options.hub, signal });
  let done = 0;

  const outcomeOf = (config: JobConfig): Promise<Outcome> => {
    const there = begun.get(config.name);
    if (there !== undefined) return there;
    const promise = carryOut(config).then((outcome) => {
      done++;
      if (!signal.aborted) options.onOutcome(outcome, done, jobs.length);
      return outcome;
    });
    begun.set(config.name, promise);
    return promise;
  };

  const carryOut = async (config: JobConfig): Promise<Outcome> => {
    const source = 'job' in config.source ? byName.get(config.source.job) : undefined;
    const before = source && (await outcomeOf(source));
    const blank = {
      name: config.name,
      output: config.output,
      made: null,
      placed: false,
      notes: [],
    };
    if (before && before.status !== 'built' && before.status !== 'cached') {
      const message = `it starts from '${before.name}', which ${before.status === 'failed' ? 'failed' : 'was skipped'}.`;
      const failure = { code: 'SKIPPED', message, exit: 0 };
      return { ...blank, status: 'skipped', failure, milliseconds: 0 };
    }
    const leave = await slots.enter(1);
    const started = now();
    const took = (): number => Math.round(now() - started);
    try {
      signal.throwIfAborted();
      const sourceOutput = source ? resolve(folder, source.output) : null;
      const work = async (job: Job): Promise<Made> => {
        const out = await memory.enter(
          estimateMemory(job.config, folder, totalBytes(before?.made?.files ?? [])),
        );
        try {
          signal.throwIfAborted();
          return await options.run(job);
        } finally {
          out();
        }
      };
      const around = { ...options, find, work };
      const converted = await convertJob(config, before?.made ?? null, sourceOutput, around);
      inputs.set(config.name, converted.inputs);
      const { made, cached, placed, notes } = converted;
      const status = cached ? 'cached' : 'built';
      return { ...blank, status, made, placed, failure: null, notes, milliseconds: took() };
    } catch (error) {
      const made = error instanceof JobRefused ? error.made : null;
      return { ...blank, status: 'failed', made, failure: failureOf(error), milliseconds: took() };
    } finally {
      leave();
    }
  };

  const outcomes = await Promise.all(jobs.map(outcomeOf));
  signal.throwIfAborted();
  return { outcomes, inputs };
}

/** Memory of a Node process that reads graphs: 90 MB measured, and some for its adapters. */
const processBytes = 200e6;
/** Memory of onnxruntime while it runs a small network on a 128x128 image. */
const runtimeBytes = 800e6;
/** Copies of the weights while models are compared: host and graft, and their prepacked weights. */
const copies = 4;

/**
 * Estimates a job's peak memory in bytes. Building streams weights, so only the graph counts; gates
 * that run the model hold it several times. The estimate decides how many jobs run at once, not
 * whether a job runs.
 *
 * @param sourceBytes size of the source's files, if another job makes them
 */
function estimateMemory(config: JobConfig, folder: string, sourceBytes: number): number {
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
