import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { didYouMean } from '@pip-graft/graft';
import type { ConfigPath } from './config-lines.ts';
import type { JobConfig } from './schema.ts';

/** A problem in a config, with its location. */
export interface JobProblem {
  readonly at: ConfigPath;
  readonly text: string;
}

/** Finds conflicts between jobs, without reading their files. */
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
  const writers = new Map<string, string>();
  const readers = new Map<string, string>([[real(configPath), 'the config']]);
  for (const { name, source } of jobs) {
    const read = 'onnx' in source ? source.onnx : 'checkpoint' in source ? source.checkpoint : null;
    if (read !== null) readers.set(real(resolve(folder, read)), `the source of '${name}'`);
  }
  for (const [index, job] of jobs.entries()) {
    const at = ['jobs', index, 'output'];
    for (const file of filesOf(job, folder)) {
      const place = real(file);
      const shown = relative(folder, file);
      const other = writers.get(place);
      if (other !== undefined)
        problems.push({ at, text: `'${shown}' is written by '${other}', too` });
      const reader = readers.get(place);
      if (reader !== undefined)
        problems.push({ at, text: `'${shown}' is ${reader}, which it would replace` });
      writers.set(place, job.name);
    }
  }
  return problems;
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
  const { precision, gates } = job;
  const problems: JobProblem[] = [];
  const add = (text: string, ...at: ConfigPath): void => void problems.push({ at, text });
  const needsAdapters = { auto, sites, bake, inputs, allowUnbound, range, feeds };
  for (const [key, value] of Object.entries(needsAdapters)) {
    if (value !== undefined && adapters === undefined)
      add('it says how to graft, and there are no adapters', key);
  }
  if (bake !== undefined && inputs !== undefined)
    add('a baked degradation leaves no inputs', 'inputs');
  if (bake !== undefined && auto !== undefined)
    add('a baked degradation leaves a sensor nothing to find', 'auto');
  if (gates?.parity !== undefined && precision !== 'float16')
    add("it compares float16 with float32; set precision to 'float16'", 'gates', 'parity');
  return problems;
}
