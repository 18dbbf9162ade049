import { GraftError } from '@pip-graft/onnx-graft';
import * as z from 'zod/mini';
import { labelWeights } from '../config/label-weights.ts';
import { pipAttachments, pipGates, pipModes, pipPositions } from '../config/pip-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { anyObject, Json, trainingRecord } from '../json/read-json.ts';
import type { Adapter } from './adapter.ts';

/** Version of `adapter_config.json` that this library writes, and the newest it reads. */
export const adapterFormatVersion = 1;

/** Contents of `adapter_config.json`: an adapter without its tensors, name and version. */
export type AdapterDescription = Omit<Adapter, 'tensors' | 'name' | 'version' | 'digest'>;

const code = 'ADAPTER_INVALID';

const format = z.strictObject({
  format_version: z.number(),
  peft_type: z.literal('PIP'),
  mode: z.enum(pipModes),
  attach: z.enum(pipAttachments),
  gate: z.nullish(z.enum(pipGates)),
  position: z.nullish(z.enum(pipPositions)),
  prompt_std: z.nullish(z.number()),
  labels: z.array(z.string()),
  levels: z.array(
    z.strictObject({
      level: z.number(),
      channels: z.number(),
      prompt_channels: z.number(),
      prompt_size: z.number(),
      p2p_heads: z.number(),
      p2f_heads: z.number(),
    }),
  ),
  expansion: z.number(),
  dtype: z.enum(['float32', 'float16', 'bfloat16']),
  default_degradation: z.nullish(z.array(z.number())),
  base: z.strictObject({
    family: z.string(),
    name: z.nullish(z.string()),
    fingerprint: z.nullish(z.string()),
    digest: z.nullish(z.string()),
  }),
  training: trainingRecord,
  license: z.nullish(z.string()),
  base_license: z.nullish(z.string()),
});

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
 * Errors: `ADAPTER_INVALID` for text that is not such a config, a newer format version, an unknown
 * key, or sizes that do not match.
 *
 * @example decodeAdapterConfig(text).config.labels // ['noise', 'rain']
 */
export function decodeAdapterConfig(
  text: string,
  place = 'adapter_config.json',
): AdapterDescription {
  const json = Json.parse(text, place, code);
  const { peft_type: kind } = json.as(anyObject);
  if (typeof kind === 'string' && kind !== 'PIP') {
    throw new GraftError(
      code,
      `${place}: it is an adapter of type '${kind}', as PEFT writes; only those of type 'PIP' can be grafted: make one with graft train or graft adapter import.`,
    );
  }
  const version = json.version('format_version');
  if (version !== adapterFormatVersion) {
    throw new GraftError(
      code,
      `${place}: it has format version ${version}, but this version of PIP Graft reads ${adapterFormatVersion}; update PIP Graft.`,
    );
  }
  const said = json.as(format);
  const config = validateConfig(
    {
      mode: said.mode,
      attach: said.attach,
      gate: said.gate ?? undefined,
      position: said.position ?? undefined,
      promptStd: said.prompt_std ?? undefined,
      labels: said.labels,
      levels: said.levels.map((level) => ({
        level: level.level,
        channels: level.channels,
        promptChannels: level.prompt_channels,
        promptSize: level.prompt_size,
        p2pHeads: level.p2p_heads,
        p2fHeads: level.p2f_heads,
      })),
      expansion: said.expansion,
      dtype: said.dtype,
    },
    place,
    code,
  );
  const { family, name = null, fingerprint = null, digest = null } = said.base;
  return {
    config,
    base: { family, name, fingerprint, digest },
    training: said.training ?? null,
    defaultDegradation: said.default_degradation
      ? defaults(json, said.default_degradation, config.labels)
      : null,
    license: said.license ?? null,
    baseLicense: said.base_license ?? null,
  };
}

function defaults(json: Json, weights: readonly number[], labels: readonly string[]): number[] {
  try {
    return labelWeights(weights, labels);
  } catch (error) {
    if (error instanceof GraftError && error.code === 'INVALID_WEIGHTS')
      throw json.error(['default_degradation'], `cannot be used (${error.message})`);
    throw error;
  }
}
