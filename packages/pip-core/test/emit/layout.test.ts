import { buildModel, GraphBuilder, NameScope, ops, type SiteLayout } from '@pip-graft/onnx-graft';
import { emitPip } from '@pip-graft/pip-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readGolden } from '../golden.ts';
import { maxError } from '../one-site.ts';

/** The error, against PyTorch, of a graft on a host whose feature has the given layout. */
async function inLayout(name: string, layout: SiteLayout, opset: number): Promise<number> {
  const { config, tensors, feeds, outputs } = readGolden(name);
  const [n, C, height, width] = feeds.feature.dims as [number, number, number, number];
  const g = new GraphBuilder({ opset });
  const there =
    layout === 'NHWC'
      ? ops.transpose(g, 'image', [0, 2, 3, 1], { name: 'feature' })
      : ops.transpose(g, ops.reshape(g, 'image', [0, C, -1]), [0, 2, 1], { name: 'feature' });
  const [emitted] = emitPip({
    adapters: [{ config, tensors }],
    opset,
    names: new NameScope(),
    prefix: 'pip',
    sites: [{ level: 1, value: there, dataType: 'float32', layout, extent: 'image' }],
    steering: { kind: 'inputs', degradation: 'degradation', strength: 'strength' },
  });
  const { fragment, output } = emitted!;
  const host = g.fragment();
  const after = new GraphBuilder({ opset, prefix: 'after' });
  const back =
    layout === 'NHWC'
      ? ops.transpose(after, output, [0, 3, 1, 2])
      : ops.reshape(after, ops.transpose(after, output, [0, 2, 1]), [-1, C, height, width]);
  const tail = after.fragment();
  const model = buildModel({
    irVersion: 6,
    opset,
    graphName: 'layout',
    producer: { name: 'test', version: '0' },
    nodes: [...host.nodes, ...fragment.nodes, ...tail.nodes],
    initializers: [...host.initializers, ...fragment.initializers, ...tail.initializers],
    inputs: [
      { name: 'image', dataType: 'float32', dims: ['n', C, 'h', 'w'] },
      { name: 'degradation', dataType: 'float32', dims: ['rows', config.labels.length] },
      { name: 'strength', dataType: 'float32', dims: [] },
    ],
    outputs: [{ name: back, dataType: 'float32', dims: [null, C, null, null] }],
  });
  const session = await InferenceSession.create(model.source.read(0, model.source.size), {
    logSeverityLevel: 3,
  });
  const tensor = ({ data, dims }: { data: Float32Array; dims: readonly number[] }) =>
    new Tensor('float32', data, dims);
  const results = await session.run({
    image: tensor(feeds.feature),
    degradation: tensor(feeds.degradation),
    strength: tensor(feeds.strength),
  });
  await session.release();
  const made = results[back]!;
  expect(made.dims.slice(1)).toEqual([C, height, width]);
  expect(made.dims[0]).toBeGreaterThanOrEqual(n);
  return maxError({ dims: made.dims, data: made.data as Float32Array }, outputs.get('merged')!);
}

describe.each(['NHWC', 'tokens'] as const)('a skip feature laid out as %s', (layout) => {
  it.each([11, 17, 23])('matches PyTorch at operator set %i', async (opset) => {
    for (const name of ['pip-topm-less-residual', 'pip-convgate-more', 'pip-promptir-equal']) {
      expect(await inLayout(name, layout, opset)).toBeLessThanOrEqual(1e-4);
    }
  });
});
