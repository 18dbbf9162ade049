import { type HubOptions, hubText, isHubName, parseHubName } from '@pip-graft/graft/node';
import type { JobConfig } from '../config/schema.ts';

/** Where something that a job names on a model hub is on this machine, and which commit it is. */
export interface HubPlace {
  readonly path: string;
  readonly commit: string;
}

/** Where names on the model hub are, by their texts in the config. */
export type HubPlaces = ReadonlyMap<string, HubPlace>;

type Kind = 'model' | 'checkpoint' | 'adapter';

/** Finds a place; what is looked up once is that for all jobs. */
export type FindPlace = (kind: Kind, text: string) => Promise<HubPlace>;

/** A {@link FindPlace} for one conversion. */
export function placeFinder(options: HubOptions = {}): FindPlace {
  const found = new Map<string, Promise<HubPlace>>();
  return (kind, text) => {
    const key = `${kind} ${text}`;
    const place = found.get(key) ?? findPlace(kind, text, options);
    found.set(key, place);
    return place;
  };
}

async function findPlace(kind: Kind, text: string, options: HubOptions): Promise<HubPlace> {
  const { fetchAdapter, fetchCheckpoint, fetchModel } = await import('@pip-graft/graft/node');
  if (kind === 'model') return fetchModel(text, options);
  if (kind === 'checkpoint') return fetchCheckpoint(text, options);
  const { folder, commit } = await fetchAdapter(text, options);
  return { path: folder, commit };
}

/**
 * Where all is that a job names on a model hub, downloaded if it is not there.
 *
 * Errors: those of `fetchModel`, `fetchCheckpoint` and `fetchAdapter`.
 *
 * @param locked the commit that a lock says a text is; undefined where it says none
 */
export async function hubPlaces(
  { source, adapters = [] }: JobConfig,
  find: FindPlace,
  locked: (text: string) => string | undefined,
): Promise<HubPlaces> {
  const places = new Map<string, HubPlace>();
  const add = async (kind: Kind, text: string): Promise<void> => {
    if (!isHubName(text)) return;
    const revision = locked(text);
    const name = parseHubName(text);
    places.set(text, await find(kind, revision ? hubText({ ...name, revision }) : text));
  };
  if ('onnx' in source) await add('model', source.onnx);
  if ('checkpoint' in source) await add('checkpoint', source.checkpoint);
  for (const text of adapters) await add('adapter', text);
  return places;
}

/** A job with paths in place of names on a model hub. */
export function localJob(config: JobConfig, places: HubPlaces): JobConfig {
  const local = (text: string): string => places.get(text)?.path ?? text;
  const { source, adapters } = config;
  return {
    ...config,
    ...('onnx' in source ? { source: { onnx: local(source.onnx) } } : {}),
    ...('checkpoint' in source
      ? { source: { ...source, checkpoint: local(source.checkpoint) } }
      : {}),
    ...(adapters ? { adapters: adapters.map(local) } : {}),
  };
}
