import { createHash } from 'node:crypto';
import {
  type Backbone,
  backboneParameters,
  buildBackbone,
  fingerprint,
  initialWeights,
  nafnetDefaults,
} from '@pip-graft/backbones';
import { bytesSource, GraftError, type Model, readTensor } from '@pip-graft/onnx-graft';
import { floatTensor } from '@pip-graft/weights';
import { describe, expect, test } from 'vitest';
import { fixtureModel, fixtures } from '../fixture-models.ts';
import { anonymise, reorder, rewritten } from '../rewritten.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const of = (model: Model): string => fingerprint(model, { digest });
const traced = 'nafnet-torchscript-op16-dynamic.onnx';

/** Their numbers differ from the export's, so each is another network. */
const otherNumbers = /float16|qdq/;
const fingerprints = fixtures.map((fixture) => ({
  ...fixture,
  print: fingerprint(fixtureModel(fixture.file), { digest }),
}));

test.each(['restormer', 'nafnet', 'promptir'])(
  'is the same for every export of one %s: traced, newer, simplified, optimised, external',
  (family) => {
    const own = fingerprints.filter((fixture) => fixture.family === family);
    const same = own.filter((one) => !otherNumbers.test(one.variant));
    expect(new Set(same.map(({ print }) => print)).size).toBe(1);
    const [{ print }] = same as [(typeof own)[number]];
    expect(print).toMatch(/^pipfp2:[0-9a-f]{64}$/);
    const others = fingerprints.filter((one) => one.family !== family || !same.includes(one));
    expect(others.map((one) => one.print)).not.toContain(print);
  },
);

test('is the same for the natively built model', () => {
  const backbone: Backbone = {
    family: 'nafnet',
    config: { ...nafnetDefaults, width: 4, encoder: [1, 1], middle: 1, decoder: [1, 1] },
  };
  const model = fixtureModel(traced);
  const start = initialWeights(backboneParameters(backbone), 1);
  const weights = new Map(start);
  for (const tensor of model.graph.initializers) {
    if (!weights.has(tensor.name)) continue;
    const data = new Float32Array(readTensor(model, tensor).slice().buffer);
    weights.set(tensor.name, floatTensor(tensor.dims, data));
  }
  expect(of(buildBackbone(backbone, weights))).toBe(of(model));
  expect(of(buildBackbone(backbone, start))).not.toBe(of(model));
});

describe('of a file written by another program', () => {
  const expected = of(fixtureModel(traced));

  test('does not depend on names or order', () => {
    expect(of(rewritten(traced, anonymise))).toBe(expected);
    expect(of(rewritten(traced, reorder))).toBe(expected);
    const other = rewritten(traced, ({ graph }) => graph!.initializer!.reverse());
    expect(of(other)).toBe(expected);
  });

  test('does not depend on where weights are: constants, typed fields, another file', () => {
    const constants = rewritten(traced, ({ graph }) => {
      const tensors = graph!.initializer!.splice(0);
      const nodes = tensors.map((tensor) => ({
        opType: 'Constant',
        output: [tensor.name!],
        attribute: [{ name: 'value', type: 4, t: { ...tensor, name: '' } }],
      }));
      graph!.node!.unshift(...(nodes as NonNullable<NonNullable<typeof graph>['node']>));
    });
    expect(of(constants)).toBe(expected);

    const typed = rewritten(traced, ({ graph }) => {
      for (const tensor of graph!.initializer!) {
        if (tensor.dataType !== 1) continue;
        tensor.floatData = [...new Float32Array(tensor.rawData!.slice().buffer)];
        tensor.rawData = null;
      }
    });
    expect(of(typed)).toBe(expected);

    const parts: Uint8Array[] = [];
    let offset = 0;
    const external = rewritten(traced, ({ graph }) => {
      for (const tensor of graph!.initializer!) {
        const bytes = tensor.rawData!;
        if (tensor.dims!.length !== 4) continue;
        const entries = { location: 'w.bin', offset: `${offset}`, length: `${bytes.length}` };
        parts.push(bytes.slice());
        offset += bytes.length;
        tensor.rawData = null;
        tensor.dataLocation = 1;
        tensor.externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
      }
    });
    const file = bytesSource(Uint8Array.from(parts.flatMap((part) => [...part])));
    const asked: string[] = [];
    const read = (location: string) => {
      asked.push(location);
      return file;
    };
    expect(fingerprint({ ...external, external: { folder: '', read } }, { digest })).toBe(expected);
    expect(new Set(asked)).toEqual(new Set(['w.bin']));
    expect(() => of(external)).toThrow(GraftError);
  });

  test.each([
    ['a first weight', 0],
    ['a last weight', -1],
  ])('differs if %s of one convolution differs', (_, at) => {
    const model = rewritten(traced, ({ graph }) => {
      const tensor = graph!.initializer!.find(({ name }) => name === 'ending.weight')!;
      const bytes = tensor.rawData!.slice();
      bytes[at < 0 ? bytes.length + at : at]! ^= 1;
      tensor.rawData = bytes;
    });
    expect(of(model)).not.toBe(expected);
  });

  test('differs for an added output layer, but not for a layer that nothing reads', () => {
    const idle = rewritten(traced, ({ graph }) => {
      const conv = graph!.node!.find(({ opType }) => opType === 'Conv')!;
      graph!.node!.push({ ...conv, name: 'idle', output: ['idle'] } as typeof conv);
    });
    expect(of(idle)).toBe(expected);
    const used = rewritten(traced, ({ graph }) => {
      const conv = graph!.node!.find(({ opType }) => opType === 'Conv')!;
      graph!.node!.push({ ...conv, name: 'used', output: ['used'] } as typeof conv);
      graph!.output!.push({ name: 'used' } as NonNullable<
        NonNullable<typeof graph>['output']
      >[number]);
    });
    expect(of(used)).not.toBe(expected);
  });
});
