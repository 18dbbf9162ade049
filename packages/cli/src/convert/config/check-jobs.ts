import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { didYouMean, externalLocations, GraftError } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import { lockPath } from '../lock.ts';
import type { ConfigPath } from './config-lines.ts';
import type { JobConfig } from './schema.ts';

/** A problem in a config, with its location. */
export interface JobProblem {
  readonly at: ConfigPath;
  readonly text: string;
}

/** Finds conflicts between jobs; of their files, it opens only the source models. */
export function checkJobs(
  jobs: readonly JobConfig[],
  folder: string,
  configPath: string,
): JobProblem[] {
  return [
    ...namesTwice(jobs),
    ...unknownSources(jobs),
    ...cycles(jobs),
    ...filesTwice(jobs, folder, configPath),
    ...jobs.flatMap((job, index) =>
      contradictions(job).map(({ at, text }) => ({ at: ['jobs', index, ...at], text })),
    ),
  ];
}

function namesTwice(jobs: readonly JobConfig[]): JobProblem[] {
  return jobs.flatMap(({ name }, index) => {
    const first = jobs.findIndex((job) => job.name === name);
    const text = `jobs[${first}] has that name already`;
    return first < index ? [{ at: ['jobs', index, 'name'], text }] : [];
  });
}

function unknownSources(jobs: readonly JobConfig[]): JobProblem[] {
  const names = new Set(jobs.map(({ name }) => name));
  return jobs.flatMap(({ source }, index) =>
    'job' in source && !names.has(source.job)
      ? [
          {
            at: ['jobs', index, 'source', 'job'],
            text: `there is no job '${source.job}'${didYouMean(source.job, [...names]).replace(/\.$/, '')}`,
          },
        ]
      : [],
  );
}

/** Finds cycles: each job has one source, so a cycle is a chain of jobs that returns. */
function cycles(jobs: readonly JobConfig[]): JobProblem[] {
  const sourceOf = new Map(
    jobs.flatMap(({ name, source }) => ('job' in source ? [[name, source.job] as const] : [])),
  );
  const found = new Set<string>();
  const problems: JobProblem[] = [];
  for (const { name } of jobs) {
    const chain: string[] = [];
    for (let at: string | undefined = name; at !== undefined; at = sourceOf.get(at)) {
      const start = chain.indexOf(at);
      if (start >= 0) {
        const cycle = chain.slice(start);
        const key = [...cycle].sort().join('\n');
        if (!found.has(key))
          problems.push({
            at: ['jobs'],
            text: `each waits for the next: ${[...cycle, at].join(' → ')}`,
          });
        found.add(key);
        break;
      }
      chain.push(at);
    }
  }
  return problems;
}

/** Files that a job is known to write; copies of a source's external data come on top. */
export function filesOf({ output, external }: JobConfig, folder: string): string[] {
  const path = resolve(folder, output);
  return external === 'file' ? [path, `${path}.data`] : [path];
}

function filesTwice(jobs: readonly JobConfig[], folder: string, configPath: string): JobProblem[] {
  const problems: JobProblem[] = [];
  const writers = new Map<string, { readonly name: string; readonly file: string }>();
  const read = readOf(jobs, folder, configPath);
  for (const [index, job] of jobs.entries()) {
    const at = ['jobs', index, 'output'];
    for (const file of filesOf(job, folder)) {
      const place = real(file);
      const shown = relative(folder, file);
      const other = writers.get(folded(place));
      if (other !== undefined) problems.push({ at, text: twice(shown, file, other, folder) });
      const reader = read.find(({ path }) => path === place);
      if (reader !== undefined)
        problems.push({ at, text: `'${shown}' is ${reader.what}, which it would replace` });
      const around = read.find(({ path }) => isFolder(path) && place.startsWith(path + sep));
      if (around !== undefined)
        problems.push({ at, text: `'${shown}' is in ${around.what}; write it elsewhere` });
      writers.set(folded(place), { name: job.name, file });
    }
  }
  return problems;
}

/** Two names with one folded form are one file on macOS and Windows. */
function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function twice(
  shown: string,
  file: string,
  other: { readonly name: string; readonly file: string },
  folder: string,
): string {
  if (real(file) === real(other.file)) return `'${shown}' is written by '${other.name}', too`;
  return `'${shown}' and '${relative(folder, other.file)}' of '${other.name}' differ only in case, and are one file on macOS and Windows`;
}

interface Read {
  readonly path: string;
  /** What it is to whom, as `the source of 'derain'`. */
  readonly what: string;
}

/** Files and folders that the jobs read, and the lock file. */
function readOf(jobs: readonly JobConfig[], folder: string, configPath: string): Read[] {
  const read: Read[] = [
    { path: real(configPath), what: 'the config' },
    { path: real(lockPath(configPath)), what: 'the lock file' },
  ];
  for (const { name, source, adapters = [], auto, gates = {} } of jobs) {
    const add = (path: string, what: string): void => {
      read.push({ path: real(resolve(folder, path)), what: `${what} of '${name}'` });
    };
    if ('onnx' in source) {
      add(source.onnx, 'the source');
      for (const path of dataOf(resolve(folder, source.onnx))) add(path, 'data of the source');
    }
    if ('checkpoint' in source) add(source.checkpoint, 'the source');
    for (const adapter of adapters) if (!/^init(:|$)/.test(adapter)) add(adapter, 'an adapter');
    if (typeof auto === 'string') add(auto, 'the sensor');
    if (gates.parity?.image !== undefined) add(gates.parity.image, "a gate's image");
    for (const { data } of gates.quality ?? []) add(data, "a gate's images");
  }
  return read;
}

/** Paths of a model's external data; none if it cannot be read, which its job reports. */
function dataOf(path: string): string[] {
  try {
    const opened = openModel(path);
    try {
      return [...externalLocations(opened.model)].map((location) =>
        resolve(dirname(path), location),
      );
    } finally {
      opened.close();
    }
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Rejects outputs in the cache, whose files are replaced and cleaned up. Errors: `INVALID_ARGUMENT`. */
export function refuseInCache(jobs: readonly JobConfig[], folder: string, cache: string): void {
  for (const job of jobs)
    for (const file of filesOf(job, folder))
      if (real(file).startsWith(real(cache) + sep))
        throw new GraftError(
          'INVALID_ARGUMENT',
          `job '${job.name}', output: '${relative(folder, file)}' is in the cache, ${cache}; write it elsewhere.`,
        );
}

/** Resolves links in the existing part of a path. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), basename(path));
  }
}

function contradictions({
  adapters,
  auto,
  sites,
  bake,
  inputs,
  allowUnbound,
  range,
  feeds,
  ...job
}: JobConfig): JobProblem[] {
  const { precision, gates, output } = job;
  const problems: JobProblem[] = [];
  const add = (text: string, ...at: ConfigPath): void => void problems.push({ at, text });
  const needsAdapters = { auto, sites, bake, inputs, allowUnbound, range, feeds };
  for (const [key, value] of Object.entries(needsAdapters)) {
    if (value !== undefined && adapters === undefined)
      add('it says how to graft, but there are no adapters', key);
  }
  if (/[/\\]$/.test(output)) add(`'${output}' names a folder; name the file in it`, 'output');
  if (bake !== undefined && inputs !== undefined)
    add('a baked degradation leaves no inputs', 'inputs');
  if (bake !== undefined && auto !== undefined)
    add('a baked degradation leaves a sensor nothing to find', 'auto');
  if (gates?.parity !== undefined && precision !== 'float16')
    add("it compares float16 with float32; set precision to 'float16'", 'gates', 'parity');
  return problems;
}
