import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { didYouMean, GraftError } from '@pip-graft/graft';
import { ioError, isFile } from '@pip-graft/graft/files';
import type { z } from 'zod';
import { type Shard, type Share, shareOf } from '../../shard.ts';
import { checkJobs } from './check-jobs.ts';
import {
  type ConfigPath,
  configLines,
  type LineOf,
  repeatedKeys,
  whyNotJson,
} from './config-lines.ts';
import { type Config, configKeys, configSchema, type JobConfig } from './schema.ts';

/** Largest config, in bytes: a thousand jobs take less than a tenth of this. */
const maxConfigBytes = 8 * 1024 * 1024;
/** Names to look for if no config is named. */
export const configNames = ['graft.config.json', 'graft.config.ts', 'graft.config.js'] as const;

/** Names of configs that are run; all others are JSON. */
const codeExtensions = /\.[cm]?[jt]s$/i;

export interface LoadedConfig {
  readonly path: string;
  /** Folder that paths in the config are relative to, and where the search for adapters starts. */
  readonly folder: string;
  readonly config: Config;
  readonly lineOf: LineOf;
}

/** Error for an invalid config, with the line of its first problem. */
export class InvalidConfig extends GraftError {
  readonly line: number | undefined;

  constructor(path: string, problems: readonly Problem[]) {
    const said = problems.map(({ line, text }) => (line ? `line ${line}, ${text}` : text));
    super('INVALID_ARGUMENT', `${path}: ${said.join('; ')}`.replace(/(?<![?.])$/, '.'));
    this.line = problems[0]?.line;
  }
}

interface Problem {
  readonly line: number | undefined;
  readonly text: string;
}

/**
 * Reads and checks a config. Files such as `.ts` and `.js` are code and are run; JSON is only read.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `INVALID_ARGUMENT` with every problem and its location.
 */
export async function loadConfig(named: string | undefined, cwd: string): Promise<LoadedConfig> {
  const path = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  const isJson = !codeExtensions.test(path);
  const text = readText(path);
  const value = isJson ? parseJson(text, path) : await runConfig(path);
  const names = namesIn(value);
  const plain = text.replace(/^\uFEFF/, '');
  const lineOf = configLines(plain, isJson, names);
  const repeated = isJson ? repeatedKeys(plain) : [];
  if (repeated.length > 0)
    throw new InvalidConfig(
      path,
      repeated.map(({ path: at, line }) => ({
        line,
        text: `${placeOf(at, names)}: the key is there twice; keep one`,
      })),
    );
  const parsed = configSchema.safeParse(value);
  if (!parsed.success)
    throw new InvalidConfig(
      path,
      parsed.error.issues.flatMap(meant).map((issue) => problemOf(issue, names, lineOf)),
    );
  const folder = dirname(path);
  const problems = checkJobs(parsed.data.jobs, folder, path);
  if (problems.length > 0)
    throw new InvalidConfig(
      path,
      problems.map(({ at, text }) => ({
        line: lineOf(at),
        text: `${placeOf(at, names)}: ${text}`,
      })),
    );
  return { path, folder, config: parsed.data, lineOf };
}

function findConfig(cwd: string): string {
  const found = configNames.map((name) => resolve(cwd, name)).find(isFile);
  if (found !== undefined) return found;
  throw new GraftError(
    'NOT_FOUND',
    `${cwd}: there is no ${configNames.join(', no ')}; write one, or name it with -c.`,
  );
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size <= maxConfigBytes) return readFileSync(path, 'utf8');
  } catch (error) {
    throw ioError('read', path, error);
  }
  throw new GraftError(
    'LIMIT_EXCEEDED',
    `${path}: it has more than ${maxConfigBytes} bytes; split its jobs into several configs.`,
  );
}

function parseJson(text: string, path: string): unknown {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(plain);
  } catch (cause) {
    const found = whyNotJson(plain);
    const why = found?.why ?? (cause instanceof Error ? cause.message : String(cause));
    throw new InvalidConfig(path, [
      { line: found?.line, text: `it is not JSON: ${why}; correct it there` },
    ]);
  }
}

/** Runs a config with jiti, because Node 20 does not run TypeScript. */
async function runConfig(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const { log, info, debug, error } = console;
  // Standard output is the command's.
  Object.assign(console, { log: error, info: error, debug: error });
  try {
    return await createJiti(import.meta.url, { fsCache: false }).import(path, { default: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${path}: it could not be run: ${why}; correct what it imports or computes.`,
      { cause },
    );
  } finally {
    Object.assign(console, { log, info, debug });
  }
}

/** Names of the jobs in a value that may be a config. */
function namesIn(value: unknown): string[] {
  const jobs = (value as { jobs?: unknown } | null)?.jobs;
  if (!Array.isArray(jobs)) return [];
  return jobs.map((job: { name?: unknown } | null) =>
    typeof job?.name === 'string' ? job.name : '',
  );
}

/**
 * Returns what is wrong with the one form of a union that a value has the keys of; the issue itself
 * if there is no such form.
 */
function meant(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const [form, ...others] = issue.errors.filter((found) =>
    found.every((each) => each.path.length > 0 && messageOf(each) !== 'missing'),
  );
  if (form === undefined || others.length > 0) return [issue];
  return form.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

function problemOf(issue: z.core.$ZodIssue, names: readonly string[], lineOf: LineOf): Problem {
  const at = issue.path.filter((part) => typeof part !== 'symbol');
  // The line of the unknown key itself.
  const [key] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const line = lineOf(key === undefined ? at : [...at, key]);
  return { line, text: `${placeOf(at, names)}: ${messageOf(issue)}${suggestion(issue)}` };
}

/** A missing value in words; zod calls it an invalid input. */
function messageOf({ code, message }: z.core.$ZodIssue): string {
  return code === 'invalid_type' && message.endsWith('received undefined') ? 'missing' : message;
}

/** Formats a path for people: `job 'derain', gates.maxBytes`. */
function placeOf(path: ConfigPath, names: readonly string[]): string {
  const [list, index, ...rest] = path;
  const name = list === 'jobs' && typeof index === 'number' ? names[index] : undefined;
  const keys = (parts: ConfigPath): string =>
    parts
      .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${part}`))
      .join('');
  if (!name) return keys(path) || 'the config';
  return [`job '${name}'`, ...(rest.length > 0 ? [keys(rest)] : [])].join(', ');
}

/** Suggests the nearest valid key for an unknown one. */
function suggestion(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return '';
  const [unknown = ''] = issue.keys;
  return didYouMean(unknown, configKeys()).replace(/^\.$/, '');
}

/**
 * Returns the jobs with these names and those that they start from, in the order of the config.
 *
 * Errors: `INVALID_ARGUMENT` for a name that no job has.
 *
 * @param only names separated by commas; default: all jobs
 */
export function chooseJobs(jobs: readonly JobConfig[], only: string | undefined): JobConfig[] {
  if (only === undefined) return [...jobs];
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const chosen = new Set<JobConfig>();
  for (const name of only.split(',').map((word) => word.trim())) {
    let job = byName.get(name);
    if (job === undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `--only '${name}': there is no such job (there are ${[...byName.keys()].join(', ')})${didYouMean(name, [...byName.keys()])}`,
      );
    }
    for (; job !== undefined; job = 'job' in job.source ? byName.get(job.source.job) : undefined)
      chosen.add(job);
  }
  return jobs.filter((job) => chosen.has(job));
}

/** Jobs of a shard. Dependent jobs stay together, so that none waits for another machine. */
export function shareOfJobs(
  jobs: readonly JobConfig[],
  shard: Shard | undefined,
): Share<JobConfig> {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const rootOf = (job: JobConfig): string => {
    let root = job;
    while ('job' in root.source) {
      const source = byName.get(root.source.job);
      if (source === undefined) break;
      root = source;
    }
    return root.name;
  };
  return shareOf(jobs, rootOf, shard);
}
