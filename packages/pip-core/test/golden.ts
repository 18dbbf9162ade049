import { readFileSync } from 'node:fs';
import type { PipAttach, PipConfig, PipGate, PipMode, PipPosition } from '@pip-graft/pip-core';
import { type FloatTensor, readSafetensors, type TensorMap } from '@pip-graft/weights';

/** One case of the independent PyTorch implementation under reference/. */
export interface Golden {
  readonly config: PipConfig;
  readonly tensors: TensorMap;
  readonly feeds: Readonly<Record<'feature' | 'degradation' | 'strength', FloatTensor>>;
  /** By the reference's names: S, P, U, modulated, merged. */
  readonly outputs: TensorMap;
}

interface GoldenConfig {
  readonly mode: PipMode;
  readonly attach: PipAttach;
  readonly gate?: PipGate;
  readonly position?: PipPosition;
  readonly C: number;
  readonly c: number;
  readonly s: number;
  readonly T: number;
  readonly p2pHeads: number;
  readonly p2fHeads: number;
  readonly expansion: number;
}

const folder = new URL('./goldens/', import.meta.url);

/** Reads `goldens/{name}.safetensors` as a config with one level. */
export function readGolden(name: string): Golden {
  const file = readSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)), name);
  const golden = JSON.parse(file.metadata['config']!) as GoldenConfig;
  const { mode, attach, gate, position, expansion, p2pHeads, p2fHeads } = golden;
  const part = (prefix: string) =>
    new Map(
      [...file.tensors]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, tensor]) => [key.slice(prefix.length), tensor]),
    );
  const parameters = [...part('param.')].map(([key, { dims, data }]): [string, FloatTensor] => [
    `level1.${key}`,
    // The reference keeps a gate for all labels as (1, C, 1, 1).
    { dims: key === 'gate' && gate !== 'label' ? [golden.C] : dims, data },
  ]);
  const inputs = part('input.');
  return {
    config: {
      mode,
      attach,
      gate,
      position,
      expansion,
      dtype: 'float32',
      labels: Array.from({ length: golden.T }, (_, i) => `label-${i}`),
      levels: [
        {
          level: 1,
          channels: golden.C,
          promptChannels: golden.c,
          promptSize: golden.s,
          p2pHeads,
          p2fHeads,
        },
      ],
    },
    tensors: new Map(parameters),
    feeds: {
      feature: inputs.get('feature')!,
      degradation: inputs.get('weights')!,
      strength: inputs.get('strength')!,
    },
    outputs: part('output.'),
  };
}
