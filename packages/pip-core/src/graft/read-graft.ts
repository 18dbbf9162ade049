import {
  GraftError,
  type ImageLayout,
  type ImageSide,
  type ImageValues,
  imageRanges,
  type Model,
  type SpliceUndo,
  siteLayouts,
} from '@pip-graft/onnx-graft';
import { pipAttachments, pipModes } from '../config/pip-config.ts';
import type { LevelValues } from '../emit/emit-level.ts';
import { JsonObject } from '../json/json-object.ts';
import { stampKey } from '../plan/check-host.ts';
import {
  inputKinds,
  type PlannedAdapter,
  type PlannedSensor,
  type SteeringInputs,
} from '../plan/plan.ts';
import type { HostImage } from '../plan/plan-request.ts';
import { type GraftedSite, type GraftRecord, graftRecordVersion } from './graft-record.ts';

/** Bytes of the longest protobuf length. */
const maxLengthWidth = 10;

/** Images are padded to it: a stamp with a larger one would have them fill the memory. */
const largestMultiple = 1024;

const imageLayouts: readonly ImageLayout[] = ['NCHW', 'NHWC'];

/** What a graft's prefix can be. A stamp with another could make removal take the host's own nodes. */
const prefixPattern = /^pip(_\d+)?$/;

/**
 * What a graft wrote about itself into a model; null when the model carries none.
 *
 * Errors: `CORRUPT_FILE` for an entry that is not a graft's record, or one of a newer version.
 *
 * @example readGraft(model)?.labels // ['noise', 'rain']
 */
export function readGraft(model: Model): GraftRecord | null {
  const text = model.metadata.get(stampKey);
  if (text === undefined) return null;
  const json = JsonObject.parse(
    text,
    `${model.source.label}: metadata '${stampKey}'`,
    'CORRUPT_FILE',
  );
  const formatVersion = json.number('formatVersion');
  if (formatVersion !== graftRecordVersion) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${model.source.label}: its graft's record has version ${formatVersion}; this PIP Graft reads version ${graftRecordVersion}. Update PIP Graft, or graft the host again.`,
    );
  }
  const tool = json.object('tool');
  const host = json.object('host');
  const labels = json.strings('labels');
  const adapters = json.objects('adapters').map(readAdapter);
  const told = adapters.flatMap((adapter) => adapter.labels);
  if (adapters.length === 0 || JSON.stringify(told) !== JSON.stringify(labels)) {
    throw json.error('labels', 'are not those of the adapters, in their order');
  }
  const inputs = json.optional('inputs', (key) => readInputs(json.object(key)));
  const sites = json.objects('sites').map((site) => readSite(site, adapters));
  const auto = json.optional('auto', (key) => readSensor(json.object(key)));
  if (auto !== null && inputs === null) throw json.error('auto', 'needs inputs');
  const undo = readUndo(json.object('undo'), inputs, auto);
  const originals = new Map(sites.map(({ value, output }) => [output, value]));
  const { redirects } = undo;
  const agree =
    originals.size > 0 &&
    Object.keys(redirects).length === originals.size &&
    [...originals].every(
      ([output, value]) => Object.hasOwn(redirects, output) && redirects[output] === value,
    );
  if (!agree) throw json.error('undo', 'does not redirect what the sites say');
  return {
    formatVersion: graftRecordVersion,
    tool: { name: tool.string('name'), version: tool.string('version') },
    adapters,
    host: {
      family: host.string('family'),
      fingerprint: host.optional('fingerprint', (key) => host.string(key)),
      digest: host.string('digest'),
      image: host.optional('image', (key) => readImage(host.object(key))),
    },
    labels,
    inputs,
    inputKind: json.oneOf('inputKind', inputKinds),
    defaultDegradation: weights(json, 'defaultDegradation', labels),
    baked: json.optional('baked', (key) => {
      const baked = json.object(key);
      return { weights: weights(baked, 'weights', labels), strength: baked.number('strength') };
    }),
    auto,
    sites,
    undo,
  };
}

function readImage(image: JsonObject): HostImage {
  const sizeMultiple = image.number('sizeMultiple');
  if (!(Number.isInteger(sizeMultiple) && sizeMultiple >= 1 && sizeMultiple <= largestMultiple))
    throw image.error('sizeMultiple', `must be a whole number from 1 to ${largestMultiple}`);
  return {
    input: image.string('input'),
    output: image.optional('output', (key) => image.string(key)),
    sizeMultiple,
    ...maybe(
      'layout',
      image.optional('layout', (key) => image.oneOf(key, imageLayouts)),
    ),
    ...maybe(
      'values',
      image.optional('values', (key) => readImageValues(image.object(key))),
    ),
    ...maybe(
      'feeds',
      image.optional('feeds', (key) => readFeeds(image.object(key))),
    ),
  };
}

function maybe<K extends string, T>(key: K, value: T | null): { [k in K]?: T } {
  return value === null ? {} : ({ [key]: value } as { [k in K]: T });
}

function readImageValues(values: JsonObject): ImageValues {
  const side = (key: string): ImageSide => {
    const one = values.object(key);
    return {
      range: one.optional('range', (range) => one.oneOf(range, imageRanges)),
      order: one.oneOf('order', ['rgb', 'bgr']),
    };
  };
  return { input: side('input'), output: side('output') };
}

function readFeeds(feeds: JsonObject): Record<string, number> {
  return Object.fromEntries(Object.keys(feeds.plain()).map((name) => [name, feeds.number(name)]));
}

function readInputs(inputs: JsonObject): SteeringInputs {
  // Removal takes these out: a stamp that names another input would make it take the host's own.
  const named = (key: 'degradation' | 'strength'): string => {
    const name = inputs.string(key);
    if (!new RegExp(`^${key}(_\\d+)?$`).test(name)) {
      throw inputs.error(key, `'${name}' is not the name of a graft's input`);
    }
    return name;
  };
  return { degradation: named('degradation'), strength: named('strength') };
}

function readSensor(sensor: JsonObject): PlannedSensor {
  const output = sensor.string('output');
  // As with inputs: removal takes it out.
  if (!/^degradation_found(_\d+)?$/.test(output))
    throw sensor.error('output', `'${output}' is not the name of a graft's output`);
  return {
    name: sensor.string('name'),
    digest: sensor.optional('digest', (key) => sensor.string(key)),
    trained: sensor.boolean('trained'),
    output,
  };
}

function weights(json: JsonObject, key: string, labels: readonly string[]): number[] {
  const values = json.numbers(key);
  if (values.length !== labels.length) throw json.error(key, `must hold ${labels.length} numbers`);
  return values;
}

function readAdapter(adapter: JsonObject): PlannedAdapter {
  return {
    name: adapter.string('name'),
    version: adapter.string('version'),
    digest: adapter.optional('digest', (key) => adapter.string(key)),
    trained: adapter.boolean('trained'),
    mode: adapter.oneOf('mode', pipModes),
    attach: adapter.oneOf('attach', pipAttachments),
    labels: adapter.strings('labels'),
  };
}

type Modules = Pick<GraftedSite, 'output' | 'modules'>;

function readModules(site: JsonObject, adapters: readonly unknown[]): Modules {
  const modules = site.objects('modules').map((module) => {
    const adapter = module.number('adapter');
    if (!Object.hasOwn(adapters, adapter)) {
      throw module.error('adapter', `must be the place of one of ${adapters.length} adapters`);
    }
    return { adapter, values: readValues(module.object('values')) };
  });
  const places = modules.map(({ adapter }) => adapter);
  if (places.length === 0 || new Set(places).size < places.length) {
    throw site.error('modules', 'must hold one entry for each adapter at the site');
  }
  return { output: site.string('output'), modules };
}

function readValues(values: JsonObject): LevelValues {
  return {
    degradationPrompt: values.string('degradationPrompt'),
    semanticMap: values.string('semanticMap'),
    prompt: values.string('prompt'),
    universalPrompt: values.string('universalPrompt'),
    modulated: values.string('modulated'),
  };
}

function readSite(site: JsonObject, adapters: readonly unknown[]): GraftedSite {
  const extent = site.optional('extent', (key) => site.string(key));
  return {
    value: site.string('value'),
    uses: site
      .objects('uses')
      .map((use) => ({ node: use.number('node'), input: use.number('input') })),
    level: site.number('level'),
    channels: site.number('channels'),
    layout: site.oneOf('layout', siteLayouts),
    ...(extent === null ? {} : { extent }),
    scale: site.number('scale'),
    join: site.oneOf('join', ['concat', 'add', 'mul']),
    consumer: site.string('consumer'),
    ...readModules(site, adapters),
  };
}

/** Removal deletes what these fields name, so they may name nothing but the graft's own. */
function readUndo(
  undo: JsonObject,
  inputs: SteeringInputs | null,
  auto: PlannedSensor | null,
): SpliceUndo {
  const prefix = undo.string('prefix');
  if (!prefixPattern.test(prefix)) throw undo.error('prefix', `'${prefix}' is not a graft's`);
  const removed = undo.strings('inputs');
  const own: readonly string[] = inputs === null ? [] : Object.values(inputs);
  if (!removed.every((name) => own.includes(name))) {
    throw undo.error('inputs', `names more than the graft's inputs (${own.join(', ') || 'none'})`);
  }
  const outputs = undo.optional('outputs', (key) => undo.strings(key)) ?? [];
  if (!outputs.every((name) => name === auto?.output)) {
    throw undo.error('outputs', `names more than the graft's output (${auto?.output ?? 'none'})`);
  }
  const redirects = undo.texts('redirects');
  if (!Object.keys(redirects).every((name) => name.startsWith(`${prefix}/`))) {
    throw undo.error('redirects', `names values outside '${prefix}/'`);
  }
  const width = undo.optional('graphLengthWidth', (key) => undo.number(key));
  if (width !== null && !(Number.isInteger(width) && width >= 1 && width <= maxLengthWidth)) {
    throw undo.error('graphLengthWidth', `must be a whole number from 1 to ${maxLengthWidth}`);
  }
  const records = undo.optional('records', (key) => undo.texts(key));
  return {
    prefix,
    inputs: removed,
    ...(outputs.length > 0 ? { outputs } : {}),
    redirects,
    ...(width === null ? {} : { graphLengthWidth: width }),
    ...(records === null ? {} : { records }),
  };
}
