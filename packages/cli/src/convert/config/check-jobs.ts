import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { didYouMean } from '@pip-graft/graft';
import type { JobConfig } from './schema.ts';

/** What keeps jobs from being carried out together, as sentences; nothing of a job itself is read. */
export function checkJobs(
  jobs: readonly JobConfig[],
  folder: string,
  configPath: string,
): string[] {
  return [
    ...namesTwice(jobs),
    ...unknownSources(jobs),
    ...cycles(jobs),
    ...filesTwice(jobs, folder, configPath),
    ...jobs.flatMap((job, index) => contradictions(job).map((text) => `jobs[${index}].${text}`)),
  ];
}

function namesTwice(jobs: readonly JobConfig[]): string[] {
  return jobs.flatMap(({ name }, index) => {
    const first = jobs.findIndex((job) => job.name === name);
    return first < index ? [`jobs[${index}].name: '${name}' is jobs[${first}] already`] : [];
  });
}

function unknownSources(jobs: readonly JobConfig[]): string[] {
  const names = new Set(jobs.map(({ name }) => name));
  return jobs.flatMap(({ source }, index) =>
    'job' in source && !names.has(source.job)
      ? [
          `jobs[${index}].source.job: there is no job '${source.job}'${didYouMean(source.job, [...names]).replace(/\.$/, '')}`,
        ]
      : [],
  );
}

/** Each job has one source, so that jobs form chains: a cycle is a chain that comes back. */
function cycles(jobs: readonly JobConfig[]): string[] {
  const sourceOf = new Map(
    jobs.flatMap(({ name, source }) => ('job' in source ? [[name, source.job] as const] : [])),
  );
  const found = new Set<string>();
  const problems: string[] = [];
  for (const { name } of jobs) {
    const chain: string[] = [];
    for (let at: string | undefined = name; at !== undefined; at = sourceOf.get(at)) {
      const start = chain.indexOf(at);
      if (start >= 0) {
        const cycle = chain.slice(start);
        const key = [...cycle].sort().join('\n');
        if (!found.has(key))
          problems.push(`jobs: each waits for the next: ${[...cycle, at].join(' → ')}`);
        found.add(key);
        break;
      }
      chain.push(at);
    }
  }
  return problems;
}

/** The files that a job is known to write; copies of a source's external data come on top. */
export function filesOf({ output, external }: JobConfig, folder: string): string[] {
  const path = resolve(folder, output);
  return external === 'file' ? [path, `${path}.data`] : [path];
}

function filesTwice(jobs: readonly JobConfig[], folder: string, configPath: string): string[] {
  const problems: string[] = [];
  const writers = new Map<string, number>();
  const readers = new Map<string, string>([[real(configPath), 'the config']]);
  for (const [index, { source }] of jobs.entries()) {
    const read = 'onnx' in source ? source.onnx : 'checkpoint' in source ? source.checkpoint : null;
    if (read !== null) readers.set(real(resolve(folder, read)), `the source of jobs[${index}]`);
  }
  for (const [index, job] of jobs.entries()) {
    for (const file of filesOf(job, folder)) {
      const place = real(file);
      const shown = relative(folder, file);
      const other = writers.get(place);
      if (other !== undefined)
        problems.push(`jobs[${index}].output: '${shown}' is written by jobs[${other}], too`);
      const reader = readers.get(place);
      if (reader !== undefined)
        problems.push(`jobs[${index}].output: '${shown}' is ${reader}, which it would replace`);
      writers.set(place, index);
    }
  }
  return problems;
}

/** A path by the folders that are really there, whatever links lead to it. */
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
}: JobConfig): string[] {
  const { precision, gates } = job;
  const problems: string[] = [];
  const needsAdapters = { auto, sites, bake, inputs, allowUnbound, range, feeds };
  for (const [key, value] of Object.entries(needsAdapters)) {
    if (value !== undefined && adapters === undefined)
      problems.push(`${key}: it says how to graft, and there are no adapters`);
  }
  if (bake !== undefined && inputs !== undefined)
    problems.push('inputs: a baked degradation leaves no inputs');
  if (bake !== undefined && auto !== undefined)
    problems.push('auto: a baked degradation leaves a sensor nothing to find');
  if (gates?.parity !== undefined && precision !== 'float16')
    problems.push("gates.parity: it compares float16 with float32; set precision to 'float16'");
  return problems;
}
