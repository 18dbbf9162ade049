import { type Backbone, backbonePresets, buildBackbone, withDim } from '@pip-graft/backbones';
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
import { full } from '@pip-graft/test-utils';
import { trainingGraph } from '@pip-graft/train';
import { describe, expect, test } from 'vitest';

const opsets = Array.from({ length: 13 }, (_, index) => 11 + index);
const dataTypes = ['float32', 'float16'] as const;
const matrix = opsets.flatMap((opset) => dataTypes.map((dataType) => ({ opset, dataType })));

/** Operators without a kernel in any form, with their first operator set and the reason. */
const explained: Readonly<Record<string, { readonly from: number; readonly why: string }>> = {
  ConvTranspose: { from: 22, why: 'its kernel came after the list (microsoft/onnxruntime#27710)' },
};

/** Nodes that CUDA has no kernel for and that no entry explains. */
function unserved(model: Model): string[] {
  const { opset, nodes } = expectedPlacement(graphFacts(model));
  const found = nodes
    .filter(({ place, opType }) => place === 'none' && opset < (explained[opType]?.from ?? 99))
    .map(({ node, gap }) => `${node}: ${gap!.reason}`);
  const strays = nodes.filter(({ place }) => place === 'follows' || place === 'unjudged');
  return [...found, ...strays.map(({ node, place }) => `${node}: ${place}`)];
}

// Larger prompts, and more blocks, would repeat operators.
const small = { labels: ['rain', 'haze'], promptChannels: [8], promptSize: [8] };
const networks = {
  nafnet: withDim(backbonePresets['nafnet-tiny'], 8),
  'nafnet, local': slim(withDim(backbonePresets['nafnet-gopro-w64'], 8)),
  restormer: slim(withDim(backbonePresets['restormer-small'], 8)),
  promptir: slim(withDim(backbonePresets['promptir-small'], 8)),
  unet: withDim(backbonePresets['unet-small'], 8),
};

/** The same with one block on each side of a skip. */
function slim(backbone: Backbone): Backbone {
  const few = { blocks: [1, 0, 0, 0] as const, refinement: 0 };
  switch (backbone.family) {
    case 'nafnet':
      return { ...backbone, config: { ...backbone.config, encoder: [1, 1, 1, 1] } };
    case 'restormer':
      return { ...backbone, config: { ...backbone.config, ...few } };
    case 'promptir': {
      const trunk = { ...backbone.config.trunk, ...few };
      return { ...backbone, config: { ...backbone.config, trunk } };
    }
    default:
      return backbone;
  }
}

type Name = keyof typeof networks;
const names = Object.keys(networks) as Name[];
const built = new Map<string, Model>();

/** A network, built once for all tests. */
function network(name: Name, opset: number, dataType: (typeof dataTypes)[number]): Model {
  const key = `${name} ${opset} ${dataType}`;
  const model = built.get(key) ?? buildBackbone(networks[name], 1, { opset, dataType });
  built.set(key, model);
  return model;
}

/**
 * All with `npm run test:full`. Otherwise one, such that each operator set has every mode once, and
 * each network has every mode in some operator set.
 */
function modesFor(name: Name, opset: number): readonly (typeof pipModes)[number][] {
  return full ? pipModes : [pipModes[(names.indexOf(name) + opset) % pipModes.length]!];
}

describe.each(matrix)('operator set $opset, $dataType', ({ opset, dataType }) => {
  test.each(names)('%s as built', (name) => {
    expect(unserved(network(name, opset, dataType))).toEqual([]);
  });

  test.each(names.map((name) => [name, modesFor(name, opset)] as const))(
    '%s with %s',
    (name, modes) => {
      const host = hostOf(network(name, opset, dataType));
      const wrong = modes.flatMap((mode) =>
        unserved(applyGraft(planGraft(host, freshAdapter(host, { mode, ...small })))),
      );
      expect(wrong).toEqual([]);
    },
  );

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
  for (const name of names) {
    expect(unserved(convertPrecision(network(name, opset, 'float32')))).toEqual([]);
  }
});

test.each(opsets)('operator set %i, training a prompt', (opset) => {
  const options = { batch: 1, patch: 32, loss: 'smooth-l1', angles: 0 } as const;
  for (const name of ['nafnet', 'restormer'] as const) {
    const host = hostOf(network(name, opset, 'float32'));
    const adapter = freshAdapter(host, small);
    expect(unserved(trainingGraph(host, adapter, options).model)).toEqual([]);
  }
});
