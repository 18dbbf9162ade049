import { type HubOptions, isHubName } from '@pip-graft/graft/node';
import type { Command } from 'commander';
import type { Session } from './run.ts';

type Kind = 'model' | 'adapter' | 'sensor';

/** What arguments of commands name, by their names in the help. */
const argumentKinds: Readonly<Record<string, Kind>> = {
  ...{ host: 'model', model: 'model', grafted: 'model', file: 'model', a: 'model', b: 'model' },
  adapter: 'adapter',
};

/** The same for options. */
const optionKinds: Readonly<Record<string, Kind>> = {
  ...{ host: 'model', base: 'model' },
  adapter: 'adapter',
  auto: 'sensor',
};

/** How a command's downloads show. */
export function hubOptions(session: Session): HubOptions {
  return {
    signal: session.signal,
    onNote: (line) => session.note(line),
    onProgress: ({ name, done, total }) => session.progress(`downloading ${name}`, done, total),
  };
}

/**
 * The arguments and options of a command with files and folders in place of names on the model hub: what they
 * name is downloaded into its cache. All other values are as they were.
 *
 * Errors: those of `localModel` and `localAdapter`.
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
    return typeof value === 'string' && isHubName(value) ? onDisk(kind, value, session) : value;
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

async function onDisk(kind: Kind, name: string, session: Session): Promise<string> {
  const { localAdapter, localModel, localSensor } = await import('@pip-graft/graft/node');
  const fetch = { model: localModel, adapter: localAdapter, sensor: localSensor }[kind];
  return fetch(name, hubOptions(session));
}
