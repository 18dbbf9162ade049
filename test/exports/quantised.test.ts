import { difference } from '@pip-graft/imaging';
import { exposeValues, type Model } from '@pip-graft/onnx-graft';
import { type GraftedSite, readGraft } from '@pip-graft/pip-core';
import { float32Tensor, type TensorFeeds } from '@pip-graft/weights';
import onnxProto from 'onnx-proto';
import { expect, it } from 'vitest';
import { fixtures, graftOnto, isQuantised, run, withHost } from './fixture.ts';
import { goldens } from './golden.ts';

const { onnx } = onnxProto;

const cases = goldens.flatMap((golden) =>
  fixtures.flatMap((fixture) =>
    golden.network === fixture.network && isQuantised(fixture) ? [{ golden, fixture }] : [],
  ),
);

it.each(cases)(
  "$golden.name on $fixture.file: the module runs in float on the host's dequantised values",
  async ({ golden, fixture }) => {
    const adapter = golden.adapter(fixture.family);
    const feeds = { ...golden.feeds('exported'), strength: float32Tensor([], [0.5]) };
    const seen = await withHost(fixture.file, async (host) => {
      const grafted = graftOnto(host, adapter);
      const { sites } = readGraft(grafted)!;
      for (const { value } of sites) {
        const maker = host.model.graph.nodes.find(({ outputs }) => outputs.includes(value));
        expect(maker?.opType).toBe('DequantizeLinear');
      }
      const names = sites.flatMap((site) => [site.value, ...made(site)]);
      const results = await run(exposeValues(grafted, names), feeds);
      return sites.map((site) => {
        const [modulated, output] = made(site).map((name) => results.get(name)!);
        return { feature: results.get(site.value)!, made: [modulated!, output!] };
      });
    });
    // The same adapter on the float export matches PyTorch: matrix.test.ts.
    const plain = fixtures.find(
      (one) => one.network === golden.network && one.faithfulAtOtherSizes,
    )!;
    await withHost(plain.file, async (host) => {
      const grafted = graftOnto(host, adapter);
      const { sites } = readGraft(grafted)!;
      const { image: _, ...steering } = feeds as TensorFeeds;
      const features = sites.map(({ value }, i) => [value, seen[i]!.feature] as const);
      const expected = await run(levelsOf(grafted, sites), {
        ...steering,
        ...Object.fromEntries(features),
      });
      for (const [i, site] of sites.entries()) {
        for (const [part, name] of made(site).entries()) {
          const { maxAbs, peak } = difference(seen[i]!.made[part]!, expected.get(name)!);
          expect(maxAbs / peak, name).toBeLessThanOrEqual(1e-5);
        }
      }
    });
  },
);

/** The results of the single adapter for a feature: Z', and what the merge reads. */
function made({ modules, output }: GraftedSite): string[] {
  return [modules[0]!.values.modulated, output];
}

/** The grafted levels of a model without its host: features are inputs. */
function levelsOf(model: Model, sites: readonly GraftedSite[]): Uint8Array {
  const proto = onnx.ModelProto.decode(model.source.read(0, model.source.size));
  const graph = proto.graph!;
  const float = (name: string) =>
    onnx.ValueInfoProto.create({
      name,
      type: { tensorType: { elemType: 1, shape: { dim: [{}, {}, {}, {}] } } },
    });
  graph.node = graph.node!.filter(({ output }) => output?.some((name) => name.startsWith('pip/')));
  graph.input = [
    ...graph.input!.filter(({ name }) => name !== 'image'),
    ...sites.map(({ value }) => float(value)),
  ];
  graph.output = sites.flatMap(made).map(float);
  graph.valueInfo = [];
  return onnx.ModelProto.encode(proto).finish();
}
