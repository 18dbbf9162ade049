import { type HubOptions, hubText, isHubName, parseHubName } from '@pip-graft/graft/node';
import type { JobConfig } from '../config/schema.ts';

/** Local path and commit of a name on a model hub. */
export interface HubPlace {
  readonly path: string;
  readonly commit: string;
}

/** Places of names on a model hub, by their text in the config. */
export type HubPlaces = ReadonlyMap<string, HubPlace>;

type Kind = 'model' | 'checkpoint' | 'adapter' | 'sensor';

/** Resolves a name; each name is looked up once for all jobs. */
export type FindPlace = (kind: Kind, text: string) => Promise<HubPlace>;

/** Creates a {@link FindPlace} for one conversion. */
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
  const { fetchAdapter, fetchCheckpoint, fetchModel, fetchSensor } = await import(
    '@pip-graft/graft/node'
  );
  if (kind === 'model') return fetchModel(text, options);
  if (kind === 'checkpoint') return fetchCheckpoint(text, options);
  const fetch = kind === 'sensor' ? fetchSensor : fetchAdapter;
  const { folder, commit } = await fetch(text, options);
  return { path: folder, commit };
}

/**
 * Resolves all names on a model hub in a job, and downloads what is not in the cache.
 *
 * Errors: those of `fetchModel`, `fetchCheckpoint`, `fetchAdapter` and `fetchSensor`.
 *
 * @param locked returns the locked commit of a name; undefined if there is none
 */
export async function hubPlaces(
  { source, adapters = [], auto }: JobConfig,
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
  if (typeof auto === 'string') await add('sensor', auto);
  return places;
}

/** Replaces names on a model hub in a job by local paths. */
export function localJob(config: JobConfig, places: HubPlaces): JobConfig {
  const local = (text: string): string => places.get(text)?.path ?? text;
  const { source, adapters, auto } = config;
  return {
    ...config,
    ...('onnx' in source ? { source: { onnx: local(source.onnx) } } : {}),
    ...('checkpoint' in source
      ? { source: { ...source, checkpoint: local(source.checkpoint) } }
      : {}),
    ...(adapters ? { adapters: adapters.map(local) } : {}),
    ...(typeof auto === 'string' ? { auto: local(auto) } : {}),
  };
}
