import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { didYouMean, GraftError } from '@pip-graft/graft';
import { ioError } from '@pip-graft/graft/files';
import type { z } from 'zod';
import { checkJobs } from './check-jobs.ts';
import { configKeys } from './json-schema.ts';
import { type Config, configSchema } from './schema.ts';

/** Bytes of a config: a thousand jobs take less than a tenth. */
const maxConfigBytes = 8 * 1024 * 1024;
/** What is looked for when no config is named. */
export const configNames = ['graft.config.json', 'graft.config.ts', 'graft.config.js'] as const;

export interface LoadedConfig {
  readonly path: string;
  /** Paths in the config are relative to it, and adapters are looked for from here. */
  readonly folder: string;
  readonly config: Config;
}

/**
 * Reads and checks a config. `.ts`, `.js` and their kind are code and are run; JSON is only read.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `INVALID_ARGUMENT` with every problem and where it is.
 */
export async function loadConfig(named: string | undefined, cwd: string): Promise<LoadedConfig> {
  const path = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  const isJson = extname(path) === '.json';
  const text = readText(path);
  const value = isJson ? parseJson(text, path) : await runConfig(path);
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) throw invalid(path, parsed.error.issues.map(sentence));
  const folder = dirname(path);
  const problems = checkJobs(parsed.data.jobs, folder, path);
  if (problems.length > 0) throw invalid(path, problems);
  return { path, folder, config: parsed.data };
}

function findConfig(cwd: string): string {
  const found = configNames.map((name) => resolve(cwd, name)).find(isFile);
  if (found !== undefined) return found;
  throw new GraftError(
    'NOT_FOUND',
    `${cwd}: there is no ${configNames.join(', no ')}; write one, or name it with -c.`,
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size <= maxConfigBytes) return readFileSync(path, 'utf8');
  } catch (error) {
    throw ioError('read', path, error);
  }
  throw new GraftError('LIMIT_EXCEEDED', `${path}: it has more than ${maxConfigBytes} bytes.`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GraftError('INVALID_ARGUMENT', `${path}: it is not JSON: ${why}.`, { cause });
  }
}

/** Node 20 does not run TypeScript; jiti does. */
async function runConfig(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  try {
    return await createJiti(import.meta.url, { fsCache: false }).import(path, { default: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GraftError('INVALID_ARGUMENT', `${path}: it could not be run: ${why}`, { cause });
  }
}

function sentence(issue: z.core.$ZodIssue): string {
  const place = issue.path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`,
    )
    .join('');
  return `${place || 'the config'}: ${issue.message}${suggestion(issue)}`;
}

/** The nearest key of the config for one that it does not have. */
function suggestion(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return '';
  const [unknown = ''] = issue.keys;
  return didYouMean(unknown, configKeys()).replace(/^\.$/, '');
}

function invalid(path: string, problems: readonly string[]): GraftError {
  return new GraftError(
    'INVALID_ARGUMENT',
    `${path}: ${problems.join('; ')}`.replace(/(?<![?.])$/, '.'),
  );
}
