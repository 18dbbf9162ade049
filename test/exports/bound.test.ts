import { createHash } from 'node:crypto';
import {
  type Backbone,
  backboneParameters,
  buildBackbone,
  fingerprint,
  initialWeights,
  locateSkips,
  nafnetDefaults,
} from '@pip-graft/backbones';
import { bytesSource, graphFacts, type Model, readModel, readTensor } from '@pip-graft/onnx-graft';
import { digest } from '@pip-graft/onnx-graft/node';
import { type Adapter, makePlan, type PlanOptions, type PlanRequest } from '@pip-graft/pip-core';
import { type FloatTensor, floatTensor } from '@pip-graft/weights';
import onnxProto from 'onnx-proto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, fixtures, isHalf, isQuantised, withHost } from './fixture.ts';
import { goldens } from './golden.ts';

const { onnx } = onnxProto;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function described(model: Model): Omit<PlanRequest, 'adapters'> {
  const facts = graphFacts(model);
  const { family, sites } = locateSkips(model, facts);
  const print = fingerprint(model, { digest: sha256, sites, facts });
  return { model, facts, family, sites, fingerprint: print, digest: digest(model.source) };
}

/** Bound to the network in a file, not to the file. */
function boundTo({ family, fingerprint: print }: Omit<PlanRequest, 'adapters'>): Adapter {
  const { adapter } = goldens.find(({ name }) => name.startsWith(family))!;
  return { ...adapter(family), base: { family, name: null, fingerprint: print!, digest: null } };
}

/** float16 and quantisation change the weights. */
const sameWeights = (fixture: Fixture): boolean => !isHalf(fixture) && !isQuantised(fixture);
const traced = (family: string): string => `${family}-torchscript-op16-dynamic.onnx`;
const refusal = { status: 'refused', refusals: [{ code: 'ADAPTER_MISMATCH' }] };

describe.each(['restormer', 'nafnet', 'promptir'])('an adapter bound to a traced %s', (network) => {
  const own = fixtures.filter((fixture) => fixture.network === network);
  let base: Adapter;
  beforeAll(async () => {
    base = await withHost(traced(network), ({ model }) => boundTo(described(model)));
  });
  const planOn = (file: string, options: PlanOptions = {}) =>
    withHost(file, ({ model }) => makePlan({ ...described(model), adapters: [base], options }));

  it.each(own.filter(sameWeights))('is accepted on $file', async ({ file }) => {
    expect(await planOn(file)).toMatchObject({ status: 'planned' });
  });

  const others = own.filter((fixture) => !sameWeights(fixture));
  it.skipIf(others.length === 0).each(others)(
    'is rejected on $file, unless forced',
    async ({ file }) => {
      expect(await planOn(file)).toMatchObject(refusal);
      expect(await planOn(file, { allowUnbound: true })).toMatchObject({
        status: 'planned',
        plan: {
          summary: {
            warnings: expect.arrayContaining([expect.stringContaining(`another ${network}`)]),
          },
        },
      });
    },
  );

  it('is rejected on the same file with one convolution doubled, unless forced', () =>
    withHost(traced(network), ({ model }) => {
      const request = { ...described(withOtherWeights(model)), adapters: [base] };
      expect(makePlan(request)).toMatchObject(refusal);
      const insisted = makePlan({ ...request, options: { allowUnbound: true } });
      expect(insisted).toMatchObject({ status: 'planned' });
    }));
});

describe('an adapter bound to a natively built nafnet', () => {
  const backbone: Backbone = {
    family: 'nafnet',
    config: { ...nafnetDefaults, width: 4, encoder: [1, 1], middle: 1, decoder: [1, 1] },
  };
  let native: Adapter;
  beforeAll(async () => {
    native = await withHost(traced('nafnet'), ({ model }) =>
      boundTo(described(buildBackbone(backbone, weightsIn(model, backbone)))),
    );
  });

  it.each(fixtures.filter((one) => one.network === 'nafnet' && sameWeights(one)))(
    'is accepted on $file',
    ({ file }) =>
      withHost(file, ({ model }) => {
        const request = { ...described(model), adapters: [native] };
        expect(makePlan(request)).toMatchObject({ status: 'planned' });
      }),
  );

  it('is rejected on one with other weights', () => {
    const request = { ...described(buildBackbone(backbone, 1)), adapters: [native] };
    expect(makePlan(request)).toMatchObject(refusal);
  });
});

/**
 * Weights of the convolutions; exporters change the shape of a norm's, which no fingerprint reads.
 */
function weightsIn(model: Model, backbone: Backbone): Map<string, FloatTensor> {
  const weights = new Map(initialWeights(backboneParameters(backbone), 1));
  for (const tensor of model.graph.initializers) {
    if (!weights.has(tensor.name)) continue;
    const data = new Float32Array(readTensor(model, tensor).slice().buffer);
    weights.set(tensor.name, floatTensor(tensor.dims, data));
  }
  return weights;
}

function withOtherWeights(model: Model): Model {
  const proto = onnx.ModelProto.decode(model.source.read(0, model.source.size));
  const first = proto.graph!.node!.find(({ opType }) => opType === 'Conv')!.input![1];
  const tensor = proto.graph!.initializer!.find(({ name }) => name === first)!;
  const values = new Float32Array(tensor.rawData!.slice().buffer).map((value) => 2 * value);
  tensor.rawData = new Uint8Array(values.buffer);
  return readModel(bytesSource(onnx.ModelProto.encode(proto).finish(), 'other weights'));
}
