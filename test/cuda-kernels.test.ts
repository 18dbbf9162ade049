import { backbonePresets, buildBackbone, withDim } from '@pip-graft/backbones';
import { applyGraft, freshAdapter, hostOf, planGraft } from '@pip-graft/graft';
import {
  buildModel,
  convertPrecision,
  GraphBuilder,
  graphFacts,
  type Model,
  ops,
} from '@pip-graft/onnx-graft';
import { pipModes } from '@pip-graft/pip-core';
import { expectedPlacement } from '@pip-graft/runtime';
import { trainingGraph } from '@pip-graft/train';
import { describe, expect, test } from 'vitest';

const opsets = Array.from({ length: 13 }, (_, index) => 11 + index);
const dataTypes = ['float32', 'float16'] as const;
const matrix = opsets.flatMap((opset) => dataTypes.map((dataType) => ({ opset, dataType })));

/** What no form has a kernel for: operator and first operator set, and why. */
const explained: Readonly<Record<string, { readonly from: number; readonly why: string }>> = {
  ConvTranspose: { from: 22, why: 'its kernel came after the list (microsoft/onnxruntime#27710)' },
};

/** Nodes that CUDA has no kernel for and that no row explains. */
function unserved(model: Model): string[] {
  const { opset, nodes } = expectedPlacement(graphFacts(model));
  const found = nodes
    .filter(({ place, opType }) => place === 'none' && opset < (explained[opType]?.from ?? 99))
    .map(({ node, gap }) => `${node}: ${gap!.reason}`);
  const strays = nodes.filter(({ place }) => place === 'follows' || place === 'unjudged');
  return [...found, ...strays.map(({ node, place }) => `${node}: ${place}`)];
}

const networks = {
  nafnet: withDim(backbonePresets['nafnet-tiny'], 8),
  'nafnet, local': withDim(backbonePresets['nafnet-gopro-w64'], 8),
  restormer: withDim(backbonePresets['restormer-small'], 8),
  promptir: withDim(backbonePresets['promptir-small'], 8),
  unet: withDim(backbonePresets['unet-small'], 8),
};

describe.each(matrix)('operator set $opset, $dataType', ({ opset, dataType }) => {
  test.each(Object.entries(networks))('%s, as it is built', (_, backbone) => {
    expect(unserved(buildBackbone(backbone, 1, { opset, dataType }))).toEqual([]);
  });

  test.each(Object.entries(networks))('%s, grafted', (_, backbone) => {
    const host = hostOf(buildBackbone(backbone, 1, { opset, dataType }));
    const wrong = pipModes.flatMap((mode) =>
      unserved(applyGraft(planGraft(host, freshAdapter(host, { mode, labels: ['rain', 'haze'] })))),
    );
    expect(wrong).toEqual([]);
  });

  test('every op of the builder that takes images', () => {
    const g = new GraphBuilder({ opset });
    const options = { dataType };
    const x = 'x';
    const two = g.scalar(2, dataType);
    const outputs = [
      ...[ops.sqrt, ops.exp, ops.log, ops.erf, ops.tanh, ops.sigmoid, ops.relu, ops.neg].map((op) =>
        op(g, x),
      ),
      ...[ops.abs, ops.reciprocal, ops.identity, ops.globalAveragePool].map((op) => op(g, x)),
      ...[ops.add, ops.sub, ops.mul, ops.div, ops.pow, ops.max, ops.min].map((op) => op(g, x, two)),
      ...[ops.reduceSum, ops.reduceMean, ops.reduceL2, ops.reduceSumSquare].map((op) =>
        op(g, x, [1]),
      ),
      ops.where(g, ops.and(g, ops.equal(g, x, two), ops.not(g, ops.less(g, x, two))), x, two),
      ops.where(g, ops.or(g, ops.greater(g, x, two), ops.less(g, x, two)), x, two),
      ops.clip(g, x, { min: 0, max: 1, ...options }),
      ...(['constant', 'edge', 'reflect'] as const).flatMap((mode) => [
        ops.pad(g, x, [0, 0, 1, 1, 0, 0, 1, 1], { mode, ...options }),
        ops.pad(g, x, g.tensor('pads', 'int64', [8], new Uint8Array(64)), { mode, ...options }),
      ]),
      ops.gelu(g, x, options),
      ops.softmax(g, x, options),
      ops.resizeTo(g, x, [8, 8]),
      ops.depthToSpace(g, ops.concat(g, [x, x, x, x], 1), 2),
      ops.pixelUnshuffle(g, x, 2, 4),
      ops.topK(g, x, 2).values,
      ops.transpose(g, ops.unsqueeze(g, x, [0]), [1, 0, 2, 3, 4]),
      ops.squeeze(g, ops.unsqueeze(g, x, [0]), [0]),
      ops.expand(g, ops.slice(g, x, { axes: [2], starts: [0], ends: [1] }), [1, 1, 8, 1]),
      ...ops.split(g, x, [1, 3], 1),
      ...ops.splitEqual(g, x, 2, 1),
      ops.matmul(g, x, x),
      ops.cast(g, x, 'float32'),
    ];
    const model = buildModel({
      irVersion: 8,
      opset,
      graphName: 'ops',
      producer: { name: 'test', version: '0' },
      ...g.fragment(),
      inputs: [{ name: x, dataType, dims: ['n', 4, 'h', 'h'] }],
      outputs: outputs.map((name) => ({ name, dataType, dims: [] })),
      metadata: {},
    });
    expect(unserved(model)).toEqual([]);
  });
});

test.each(opsets)('operator set %i, converted to float16', (opset) => {
  for (const backbone of Object.values(networks)) {
    expect(unserved(convertPrecision(buildBackbone(backbone, 1, { opset })))).toEqual([]);
  }
});

test.each(opsets)('operator set %i, training a prompt', (opset) => {
  const options = { batch: 1, patch: 32, loss: 'smooth-l1', angles: 0 } as const;
  for (const name of ['nafnet', 'restormer'] as const) {
    const host = hostOf(buildBackbone(networks[name], 1, { opset }));
    const adapter = freshAdapter(host, { labels: ['rain', 'haze'] });
    expect(unserved(trainingGraph(host, adapter, options).model)).toEqual([]);
  }
});
