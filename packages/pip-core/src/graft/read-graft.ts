import {
  argument,
  GraftError,
  type Model,
  type UnspliceOptions,
  unsplice,
} from '@pip-graft/onnx-graft';
import { Json } from '../json/read-json.ts';
import { stampKey } from '../plan/check-host.ts';
import { type GraftRecord, graftRecordVersion, type Stamp, stampFormat } from './graft-record.ts';

/**
 * Reads the record of a model's graft; null if the model has none.
 *
 * Errors: `CORRUPT_FILE` for an entry that is not a graft's record, or one of a newer version.
 *
 * @example readGraft(model)?.labels // ['noise', 'rain']
 */
export function readGraft(model: Model): GraftRecord | null {
  argument.requireModel(model, 'readGraft');
  const text = model.metadata.get(stampKey);
  if (text === undefined) return null;
  const { label } = model.source;
  const json = Json.parse(text, `${label}: metadata '${stampKey}'`, 'CORRUPT_FILE');
  const version = json.version('formatVersion');
  if (version !== graftRecordVersion) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${label}: its graft's record has version ${version}; this PIP Graft reads version ${graftRecordVersion}. Update PIP Graft, or graft the host again.`,
    );
  }
  const stamp = json.as(stampFormat);
  requireAgreement(stamp, json);
  return { ...stamp, formatVersion: graftRecordVersion };
}

/** Checks that the parts of a stamp agree with each other. */
function requireAgreement(stamp: Stamp, json: Json): void {
  const { adapters, labels, defaultDegradation, baked, inputs, auto } = stamp;
  const told = adapters.flatMap((adapter) => adapter.labels);
  if (adapters.length === 0 || JSON.stringify(told) !== JSON.stringify(labels))
    throw json.error(['labels'], 'are not those of the adapters, in their order');
  const counted = `must hold ${labels.length} numbers`;
  if (defaultDegradation.length !== labels.length)
    throw json.error(['defaultDegradation'], counted);
  if (baked && baked.weights.length !== labels.length)
    throw json.error(['baked', 'weights'], counted);
  if (auto && !inputs) throw json.error(['auto'], 'needs inputs');
  for (const [index, site] of stamp.sites.entries()) requireModules(site, index, stamp, json);
  requireOwn(stamp, json);
}

function requireModules(
  { modules }: Stamp['sites'][number],
  index: number,
  { adapters }: Stamp,
  json: Json,
): void {
  const at = ['sites', index, 'modules'];
  const places = modules.map(({ adapter }) => adapter);
  const stray = places.findIndex((place) => !Object.hasOwn(adapters, place));
  if (stray >= 0) {
    const problem = `must be the index of one of ${adapters.length} adapters`;
    throw json.error([...at, stray, 'adapter'], problem);
  }
  if (places.length === 0 || new Set(places).size < places.length)
    throw json.error(at, 'must hold one entry for each adapter at the site');
}

/** Removal deletes what these fields name, so they may name only the graft's own. */
function requireOwn({ undo, inputs, auto, sites }: Stamp, json: Json): void {
  const { prefix, redirects } = undo;
  const own = Object.values(inputs ?? {});
  if (!undo.inputs.every((name) => own.includes(name))) {
    const problem = `names more than the graft's inputs (${own.join(', ') || 'none'})`;
    throw json.error(['undo', 'inputs'], problem);
  }
  if (!(undo.outputs ?? []).every((name) => name === auto?.output)) {
    const problem = `names more than the graft's output (${auto?.output ?? 'none'})`;
    throw json.error(['undo', 'outputs'], problem);
  }
  if (!Object.keys(redirects).every((name) => name.startsWith(`${prefix}/`)))
    throw json.error(['undo', 'redirects'], `names values outside '${prefix}/'`);
  const originals = new Map(sites.map(({ value, output }) => [output, value]));
  const agree =
    originals.size > 0 &&
    Object.keys(redirects).length === originals.size &&
    [...originals].every(
      ([output, value]) => Object.hasOwn(redirects, output) && redirects[output] === value,
    );
  if (!agree) throw json.error(['undo'], 'does not redirect what the sites say');
}

/**
 * Removes a graft. If nothing else changed the file, the result is the host byte for byte: its
 * digest is then `graft.host.digest`.
 *
 * Errors: `NOT_GRAFTED` if the model has no graft; `CORRUPT_FILE` for an invalid stamp, or if another
 * program rewrote the model so that the rest is not one.
 *
 * @example
 * const { model: host, graft } = ungraft(grafted);
 */
export function ungraft(
  model: Model,
  options?: UnspliceOptions,
): { readonly model: Model; readonly graft: GraftRecord } {
  argument.requireModel(model, 'ungraft');
  const graft = readGraft(model);
  if (graft === null) {
    throw new GraftError(
      'NOT_GRAFTED',
      `${model.source.label}: it has no graft (no metadata '${stampKey}'); pass a model that \`graft apply\` wrote.`,
    );
  }
  return { model: unsplice(model, stampKey, graft.undo, options), graft };
}
