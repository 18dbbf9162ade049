import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { argumentPath, filePath } from '@pip-graft/graft/files';
import { type HubOptions, isHubName } from '@pip-graft/graft/node';
import type { Command } from 'commander';
import type { Session } from './session.ts';

type Kind = 'model' | 'adapter' | 'sensor' | 'checkpoint';

/** Kinds of names that arguments take, by the arguments' names in the help. */
const argumentKinds: Readonly<Record<string, Kind>> = {
  host: 'model',
  model: 'model',
  grafted: 'model',
  file: 'model',
  a: 'model',
  b: 'model',
  adapter: 'adapter',
  checkpoint: 'checkpoint',
};

/** Kinds of names that options take. */
const optionKinds: Readonly<Record<string, Kind>> = {
  host: 'model',
  base: 'model',
  adapter: 'adapter',
  auto: 'sensor',
};

/** Options that show a command's downloads. */
export function hubOptions(session: Session): HubOptions {
  return {
    signal: session.signal,
    onNote: (line) => session.note(line),
    onProgress: ({ name, done, total }) => session.progress(`downloading ${name}`, done, total),
  };
}

/**
 * Replaces names in a command's arguments and options by local paths: names on the model hub are
 * downloaded to its cache, packages become the paths of their models, and names that are not UTF-8
 * those of their files. Other values stay.
 *
 * Errors: those of `findModel`, `localModel`, `localAdapter` and `localCheckpoint`.
 */
export async function localNames<Options extends object>(
  command: Command,
  args: readonly unknown[],
  options: Options,
  session: Session,
): Promise<{ readonly args: unknown[]; readonly options: Options }> {
  const local = async (kind: Kind | undefined, value: unknown): Promise<unknown> => {
    if (kind === undefined) return value;
    if (Array.isArray(value)) {
      const all: unknown[] = [];
      for (const each of value) all.push(await local(kind, each));
      return all;
    }
    if (typeof value !== 'string') return value;
    // Node reads names that are not UTF-8 lossily.
    const path = argumentPath(value);
    if (path !== value) return path;
    if (isHubName(value)) return onDisk(kind, value, session);
    return kind === 'model' ? ofPackage(value, session.cwd) : value;
  };
  const given: unknown[] = [];
  for (const [index, value] of args.entries()) {
    const name = command.registeredArguments[index]?.name() ?? '';
    given.push(await local(argumentKinds[name], value));
  }
  const chosen = new Map<string, unknown>(Object.entries(options));
  for (const [name, value] of chosen) chosen.set(name, await local(optionKinds[name], value));
  return { args: given, options: Object.fromEntries(chosen) as Options };
}

/** Path of an installed package's model; a path is returned unchanged. */
async function ofPackage(name: string, cwd: string): Promise<string> {
  if (existsSync(filePath(resolve(cwd, name)))) return name;
  const { findModel } = await import('@pip-graft/restore');
  const found = findModel(name, cwd);
  return found === resolve(cwd, name) ? name : found;
}

async function onDisk(kind: Kind, name: string, session: Session): Promise<string> {
  const { localAdapter, localCheckpoint, localModel, localSensor } = await import(
    '@pip-graft/graft/node'
  );
  const fetch = {
    model: localModel,
    adapter: localAdapter,
    sensor: localSensor,
    checkpoint: localCheckpoint,
  }[kind];
  return fetch(name, hubOptions(session));
}
