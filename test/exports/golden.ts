import { readdirSync, readFileSync } from 'node:fs';
import type { Adapter, PipConfig } from '@pip-graft/pip-core';
import type { TensorFeeds } from '@pip-graft/weights';
import { type FloatTensor, readSafetensors } from '@pip-graft/weights';

/**
 * A network of the fixtures with an adapter, as computed by PyTorch:
 * pytorch-reference/make_grafted_goldens.py.
 */
export interface Golden {
  readonly name: string;
  readonly network: string;
  /** Bound to nothing; `family` is that of the fixtures it is for. */
  readonly adapter: (family: string) => Adapter;
  /** Images and degradation. */
  readonly feeds: (size: Size) => TensorFeeds;
  /** Strengths that were computed. */
  readonly strengths: (size: Size) => number[];
  /** By output name. */
  readonly outputs: (size: Size, strength: number) => ReadonlyMap<string, FloatTensor>;
}

/** The size that the fixture was exported at, with one image; another size, with two. */
export type Size = 'exported' | 'other';

const folder = new URL('./goldens/', import.meta.url);

export const goldens: readonly Golden[] = readdirSync(folder).map(readGolden);

function readGolden(file: string): Golden {
  const { tensors, metadata } = readSafetensors(readFileSync(new URL(file, folder)), file);
  const { network, degradations, ...sizes } = JSON.parse(metadata['config']!);
  const labels = Array.from({ length: degradations }, (_, i) => `label-${i + 1}`);
  const config: PipConfig = { ...sizes, labels, dtype: 'float32' };
  const part = (prefix: string) =>
    [...tensors].flatMap(([key, tensor]): [string, FloatTensor][] =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), tensor]] : [],
    );
  const parameters = part('param.').map(([key, { dims, data }]): [string, FloatTensor] => [
    key,
    // The reference keeps the gate as (1, C, 1, 1).
    { dims: key.endsWith('.gate') ? [data.length] : dims, data },
  ]);
  return {
    name: file.replace('.safetensors', ''),
    network,
    adapter: (family) => ({
      name: file,
      version: '0.0.0',
      config,
      tensors: new Map(parameters),
      base: { family, name: null, fingerprint: null, digest: null },
      training: null,
      defaultDegradation: null,
      license: null,
      baseLicense: null,
      digest: null,
    }),
    feeds: (size) =>
      Object.fromEntries(
        part(`input.${size}.`).map(([key, { dims, data }]) => [
          key === 'weights' ? 'degradation' : key,
          { type: 'float32', dims, data },
        ]),
      ),
    strengths: (size) => [
      ...new Set(
        part(`output.${size}.`).map(([key]) => Number(key.slice(0, key.lastIndexOf('.')))),
      ),
    ],
    outputs: (size, strength) => new Map(part(`output.${size}.${strength}.`)),
  };
}
