import { readFileSync } from 'node:fs';
import { applyGraft, type Host, planGraft } from '@pip-graft/graft';
import { openHost } from '@pip-graft/graft/node';
import { imageOf } from '@pip-graft/imaging';
import type { ImageRange, Model } from '@pip-graft/onnx-graft';
import { type Adapter, ungraft } from '@pip-graft/pip-core';
import { Restorer } from '@pip-graft/restore';
import { bytesOf, full } from '@pip-graft/test-utils';
import { readSafetensors } from '@pip-graft/weights';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldens } from './golden.ts';

/** A wrapped network with the expected facts: pytorch-reference/export_wrapped.py. */
interface Fixture {
  readonly file: string;
  readonly network: string;
  readonly wrapper: string;
  readonly layout: 'NCHW' | 'NHWC';
  readonly range: ImageRange;
  readonly order: 'rgb' | 'bgr';
  readonly bytes: boolean;
  readonly channels: number;
  /** Whether the output is the image, not its residual. */
  readonly restores: boolean;
  readonly feeds: Readonly<Record<string, number>>;
  readonly sites: readonly object[];
}

const folder = new URL('../../packages/backbones/test/fixtures/', import.meta.url);
const fixtures: readonly Fixture[] = JSON.parse(
  readFileSync(new URL('wrapped/wrapped.json', folder), 'utf8'),
).fixtures;
const labels = ['label-1', 'label-2', 'label-3'];

function expected(network: string) {
  const file = `${network}.safetensors`;
  const { tensors } = readSafetensors(
    readFileSync(new URL(`wrapped/${file}`, import.meta.url)),
    file,
  );
  const tensor = (name: string) => {
    const { dims, data } = tensors.get(name)!;
    return { type: 'float32' as const, dims: [...dims], data };
  };
  const [, , height, width] = tensor('input.image').dims;
  const weights = tensor('input.weights').data;
  return {
    image: () => imageOf(width!, height!, Float32Array.from(tensor('input.image').data)),
    weights: Object.fromEntries(labels.map((label, at) => [label, weights[at]!])),
    restored: (wrapper: string, of: 'host' | 'graft') => tensor(`output.${wrapper}.${of}`).data,
  };
}

describe.each(['nafnet', 'restormer', 'promptir'])('%s in a wrapper', (network) => {
  const own = fixtures.filter((one) => one.network === network);
  const golden = expected(network);
  let plain: Host & Disposable;
  let adapter: Adapter;
  beforeAll(async () => {
    plain = await openHost(new URL(`${network}-torchscript-op16-dynamic.onnx`, folder).pathname);
    const { fingerprint } = plain.identity();
    const { adapter: made } = goldens.find(({ name }) => name.startsWith(network))!;
    adapter = made(network);
    adapter = { ...adapter, base: { ...adapter.base, fingerprint } };
  });
  afterAll(() => plain[Symbol.dispose]());
  const open = ({ file }: Fixture) => openHost(new URL(`wrapped/${file}`, folder).pathname);

  test.each(own)(
    '$file: has its sites, and the levels and fingerprint of the plain network',
    async (fixture) => {
      using host = await open(fixture);
      const { located, model } = host;
      const sites = located.sites.map(({ value, level, channels, scale, join, uses }) => ({
        level,
        channels,
        scale,
        join,
        value,
        merge: model.graph.nodes[uses[0]!.node]!.outputs[0],
        mergeInput: uses[0]!.input,
      }));
      expect(sites).toEqual(fixture.sites);
      expect(located.family).toBe(network);
      expect(host.identity().fingerprint).toBe(plain.identity().fingerprint);
    },
  );

  test.each(own)('$file: has the expected image inputs and outputs', async (fixture) => {
    using host = await open(fixture);
    const { layout, range, order, bytes, channels } = fixture;
    const { image } = host.located;
    expect(image).toMatchObject({
      input: 'image',
      output: 'output',
      layout,
      inputChannels: channels,
      outputChannels: channels,
      dataType: bytes ? 'uint8' : 'float32',
      values: { input: { range: range === '0..1' ? null : range, order } },
      beside: Object.keys(fixture.feeds),
    });
  });

  test('records whether a batch holds parts of an image, as tiles and flips do', async () => {
    const names = new Set(own.map(({ wrapper }) => wrapper));
    const inParts: string[] = [];
    for (const fixture of own) {
      using host = await open(fixture);
      const { summary } = planGraft(host, adapter, { feeds: fixture.feeds });
      const warned = summary.warnings.some((one) => one.includes('several parts of each image'));
      expect(warned, fixture.file).toBe(summary.host.image?.inParts ?? false);
      if (warned) inParts.push(fixture.wrapper);
    }
    inParts.sort();
    expect(inParts).toEqual(['flips', 'tiles', 'tiles-of-16'].filter((one) => names.has(one)));
  });

  // A wrapper changes pixels in the same way around each network: without `npm run test:full`,
  // NAFNet is restored in all wrappers, the others in bytes and in tiles.
  const restored = own.filter(
    ({ restores, file }) =>
      restores && (full || network === 'nafnet' || /bytes-nhwc|tiles/.test(file)),
  );
  test.each(restored)(
    "$file: restores as PyTorch does, with the plain network's adapter and without",
    async (fixture) => {
      using host = await open(fixture);
      const { feeds, bytes, wrapper } = fixture;
      // Networks with random weights produce nothing from which a range could be measured.
      const range = fixture.range === '0..1' ? { range: '0..1' as const } : {};
      // One step of a byte, where float32 and float64 round differently.
      const limit = bytes ? 1.01 / 255 : 2e-5;
      const run = async (model: Model, strength?: number) => {
        const restorer = await Restorer.open(bytesOf(model), { feeds, ...range });
        const { image } = await restorer.restore(
          golden.image(),
          ...(strength === undefined ? [] : ([golden.weights, { strength }] as const)),
        );
        await restorer.close();
        return image.data;
      };
      const compare = (data: Float32Array, of: 'host' | 'graft') => {
        const restored = clipped(golden.restored(wrapper, of));
        const worst = data.reduce(
          (most, one, at) => Math.max(most, Math.abs(one - restored[at]!)),
          0,
        );
        expect(worst, of).toBeLessThan(limit);
      };
      const grafted = applyGraft(planGraft(host, adapter, { feeds }));
      const alone = await run(host.model);
      compare(alone, 'host');
      compare(await run(grafted, 1), 'graft');
      expect(await run(grafted, 0)).toEqual(alone);
      expect(bytesOf(ungraft(grafted).model)).toEqual(bytesOf(host.model));
    },
  );
});

function clipped(data: Float32Array): Float32Array {
  return data.map((value) => Math.min(1, Math.max(0, value)));
}
