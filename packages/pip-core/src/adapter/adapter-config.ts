import { GraftError } from '@pip-graft/onnx-graft';
import { labelWeights } from '../config/label-weights.ts';
import {
  type PipConfig,
  pipAttachments,
  pipGates,
  pipModes,
  pipPositions,
} from '../config/pip-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { JsonObject } from '../json/json-object.ts';
import type { Adapter } from './adapter.ts';

/** Version of `adapter_config.json` that this library writes, and the newest it reads. */
export const adapterFormatVersion = 1;

/** What `adapter_config.json` says: an adapter without its tensors, name and version. */
export type AdapterDescription = Omit<Adapter, 'tensors' | 'name' | 'version' | 'digest'>;

const code = 'ADAPTER_INVALID';
const keys = [
  'format_version',
  'peft_type',
  'mode',
  'attach',
  'gate',
  'position',
  'prompt_std',
  'labels',
  'levels',
  'expansion',
  'dtype',
  'default_degradation',
  'base',
  'training',
  'license',
  'base_license',
];
const levelKeys = ['level', 'channels', 'prompt_channels', 'prompt_size', 'p2p_heads', 'p2f_heads'];

/** The text of `adapter_config.json`; design.md section 6. */
export function encodeAdapterConfig(adapter: AdapterDescription): string {
  const { config, base, training, defaultDegradation, license, baseLicense } = adapter;
  const levels = config.levels.map((level) => ({
    level: level.level,
    channels: level.channels,
    prompt_channels: level.promptChannels,
    prompt_size: level.promptSize,
    p2p_heads: level.p2pHeads,
    p2f_heads: level.p2fHeads,
  }));
  const members = {
    format_version: adapterFormatVersion,
    peft_type: 'PIP',
    mode: config.mode,
    attach: config.attach,
    gate: config.gate,
    position: config.position,
    prompt_std: config.promptStd,
    labels: config.labels,
    levels,
    expansion: config.expansion,
    dtype: config.dtype,
    default_degradation: defaultDegradation,
    base: {
      family: base.family,
      name: base.name,
      fingerprint: base.fingerprint,
      digest: base.digest,
    },
    training,
    license,
    base_license: baseLicense,
  };
  return `${JSON.stringify(members, null, 2)}\n`;
}

/**
 * Reads the text of `adapter_config.json`.
 *
 * Errors: `ADAPTER_INVALID` for text that is not such a config, a newer format
 * version, an unknown key, or sizes that do not fit together.
 *
 * @example decodeAdapterConfig(text).config.labels // ['noise', 'rain']
 */
export function decodeAdapterConfig(
  text: string,
  place = 'adapter_config.json',
): AdapterDescription {
  const json = JsonObject.parse(text, place, code);
  const version = json.number('format_version');
  if (version !== adapterFormatVersion) {
    throw new GraftError(
      code,
      `${place}: it has format version ${version}, but this version of PIP Graft reads ${adapterFormatVersion}; update PIP Graft.`,
    );
  }
  json.only(keys).oneOf('peft_type', ['PIP']);
  const config = validateConfig(decodeConfig(json), place, code);
  const base = json.object('base').only(['family', 'name', 'fingerprint', 'digest']);
  const text_ = (from: JsonObject) => (key: string) => from.string(key);
  return {
    config,
    base: {
      family: base.string('family'),
      name: base.optional('name', text_(base)),
      fingerprint: base.optional('fingerprint', text_(base)),
      digest: base.optional('digest', text_(base)),
    },
    training: json.optional('training', (key) => {
      const record = json.object(key).plain();
      if (Object.keys(record).length > 0) return record;
      throw json.error(key, 'is an empty record; null means untrained');
    }),
    defaultDegradation: json.optional('default_degradation', (key) =>
      defaults(json, key, config.labels),
    ),
    license: json.optional('license', text_(json)),
    baseLicense: json.optional('base_license', text_(json)),
  };
}

function decodeConfig(json: JsonObject): PipConfig {
  const levels = json.objects('levels').map((level) => {
    level.only(levelKeys);
    return {
      level: level.number('level'),
      channels: level.number('channels'),
      promptChannels: level.number('prompt_channels'),
      promptSize: level.number('prompt_size'),
      p2pHeads: level.number('p2p_heads'),
      p2fHeads: level.number('p2f_heads'),
    };
  });
  return {
    mode: json.oneOf('mode', pipModes),
    attach: json.oneOf('attach', pipAttachments),
    gate: json.optional('gate', (key) => json.oneOf(key, pipGates)) ?? undefined,
    position: json.optional('position', (key) => json.oneOf(key, pipPositions)) ?? undefined,
    promptStd: json.optional('prompt_std', (key) => json.number(key)) ?? undefined,
    labels: json.strings('labels'),
    levels,
    expansion: json.number('expansion'),
    dtype: json.oneOf('dtype', ['float32', 'float16', 'bfloat16']),
  };
}

function defaults(json: JsonObject, key: string, labels: readonly string[]): number[] {
  try {
    return labelWeights(json.numbers(key), labels);
  } catch (error) {
    if (error instanceof GraftError && error.code === 'INVALID_WEIGHTS') {
      throw json.error(key, `cannot be used (${error.message})`);
    }
    throw error;
  }
}
