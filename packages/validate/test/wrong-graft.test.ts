import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel, GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { saveModel } from '@pip-graft/onnx-graft/node';
import type { GraftRecord } from '@pip-graft/pip-core';
import { validateGraft } from '@pip-graft/validate';
import { afterAll, expect, test } from 'vitest';

// Grafts that PIP Graft would not make: each breaks one promise, and the check
// for that promise must catch it.

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Build = (
  g: GraphBuilder,
  values: { skip: string; weights: string },
) => { d: string; u: string };

/** The weights as shares of their sum, (B or 1, 2, 1, 1). */
function shares(g: GraphBuilder, weights: string): string {
  const sum = ops.max(g, ops.reduceSum(g, weights, [1]), g.scalar(1e-6, 'float32'));
  return ops.unsqueeze(g, ops.div(g, weights, sum), [2, 3]);
}

/** d = the shares times 1 and 2; U = Z times the mean of d: a correct graft of this kind. */
const right: Build = (g, { skip, weights }) => {
  const d = ops.mul(g, shares(g, weights), g.floats([1, 2], [1, 2, 1, 1]));
  return { d, u: ops.mul(g, skip, ops.reduceMean(g, d, [1])) };
};

/** Host: output = input + relu(input). Graft on the relu: Z + strength · U. */
async function wrongGraft(build: Build): Promise<string> {
  const prefix = 'pip';
  const host = new GraphBuilder({ opset: 17 });
  const skip = ops.relu(host, 'input', { name: 'skip' });
  const g = new GraphBuilder({ opset: 17, prefix });
  const { d, u } = build(g, { skip, weights: 'degradation' });
  const merged = ops.add(g, skip, ops.mul(g, u, 'strength'));
  const last = new GraphBuilder({ opset: 17 });
  const output = ops.add(last, 'input', merged, { name: 'merge' });
  const [a, b, c] = [host.fragment(), g.fragment(), last.fragment()];
  const record: GraftRecord = {
    formatVersion: 1,
    tool: { name: 'test', version: '0' },
    adapters: [
      {
        name: 'test',
        version: '0',
        digest: null,
        trained: true,
        mode: 'convgate',
        attach: 'residual',
        labels: ['rain', 'haze'],
      },
    ],
    host: { family: 'unet', fingerprint: null, digest: 'sha256:0', image: null },
    labels: ['rain', 'haze'],
    inputs: { degradation: 'degradation', strength: 'strength' },
    inputKind: 'required',
    defaultDegradation: [0.5, 0.5],
    auto: null,
    baked: null,
    sites: [
      {
        value: skip,
        uses: [{ node: 1, input: 1 }],
        level: 1,
        channels: 3,
        layout: 'NCHW',
        scale: 1,
        join: 'add',
        consumer: 'merge',
        output: merged,
        modules: [
          {
            adapter: 0,
            values: {
              degradationPrompt: d,
              semanticMap: u,
              prompt: u,
              universalPrompt: u,
              modulated: u,
            },
          },
        ],
      },
    ],
    undo: { prefix, inputs: ['degradation', 'strength'], redirects: { [merged]: skip } },
  };
  const image = { dataType: 'float32', dims: ['n', 3, 'h', 'w'] } as const;
  const model = buildModel({
    irVersion: 8,
    opset: 17,
    graphName: 'wrong',
    producer: { name: 'test', version: '0' },
    nodes: [...a.nodes, ...b.nodes, ...c.nodes],
    initializers: [...a.initializers, ...b.initializers, ...c.initializers],
    inputs: [
      { ...image, name: 'input' },
      { name: 'degradation', dataType: 'float32', dims: ['rows', 2] },
      { name: 'strength', dataType: 'float32', dims: [] },
    ],
    outputs: [{ ...image, name: output }],
    metadata: { pip_graft: JSON.stringify(record) },
  });
  const path = join(folder, 'wrong.onnx');
  await saveModel(model, path);
  return path;
}

async function outcome(build: Build, check: string) {
  const result = await validateGraft({
    grafted: await wrongGraft(build),
    sizeMultiple: 1,
    threads: 1,
    only: [check],
  });
  return result.checks[0]!;
}

const all = [
  'mixture of labels',
  'batch rows',
  'sizes and batches',
  'finite numbers',
  'labels steer',
  'upstream tensors',
  'strength 0, as written',
];

test.each(all)('%s: passes on a correct graft', async (check) => {
  expect(await outcome(right, check)).toMatchObject({ status: 'passed' });
});

test('catches a prompt that is not linear in the weights', async () => {
  const squared: Build = (g, { skip, weights }) => {
    const share = shares(g, weights);
    const d = ops.mul(g, share, share);
    return { d, u: ops.mul(g, skip, ops.reduceMean(g, d, [1])) };
  };
  // Shares of 0.6 and 0.4 come out as 0.36 and 0.16: off by 0.24 at the peak of 0.6.
  const { status, measured } = await outcome(squared, 'mixture of labels');
  expect(status).toBe('failed');
  expect(measured).toBeCloseTo(0.24 / 0.6, 5);
});

test('catches a branch that looks at the whole batch', async () => {
  const shared: Build = (g, values) => {
    const { d, u } = right(g, values);
    return { d, u: ops.mul(g, u, ops.reduceMean(g, values.skip, [0, 2, 3])) };
  };
  expect(await outcome(shared, 'batch rows')).toMatchObject({ status: 'failed' });
});

test('catches a branch built for one size and names the sizes that fail', async () => {
  const oneSize: Build = (g, values) => {
    const { d, u } = right(g, values);
    const map = g.tensor('map', 'float32', [1, 1, 1, 33], new Uint8Array(4 * 33));
    return { d, u: ops.add(g, u, map) };
  };
  const { status, measured, detail } = await outcome(oneSize, 'sizes and batches');
  expect(status).toBe('failed');
  expect(detail).toMatch(/Wrong: 1x32x32: \S+ onnxruntime failed to run the model: .*Add/);
  expect(measured).toBe(4);
});

test('takes no grafted file as the base', async () => {
  const grafted = await wrongGraft(right);
  await expect(validateGraft({ grafted, base: grafted })).rejects.toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: `${grafted}: it carries a graft, and the base is the host without one; pass the host, or omit the base, which is then the model with the graft removed.`,
    }),
  );
});

test('catches a division by zero on flat black', async () => {
  const fragile: Build = (g, values) => {
    const { d } = right(g, values);
    const mean = ops.reduceMean(g, values.skip, [2, 3]);
    return { d, u: ops.div(g, values.skip, mean) };
  };
  const { status, detail } = await outcome(fragile, 'finite numbers');
  expect(status).toBe('failed');
  expect(detail).toContain('Found in the output on flat black; pip/Div_2_output_0 on flat black.');
});

test('catches a branch that ignores the strength', async () => {
  const loud: Build = (g, values) => {
    const { d, u } = right(g, values);
    return { d, u: ops.div(g, u, 'strength') };
  };
  expect(await outcome(loud, 'strength 0, as written')).toMatchObject({
    status: 'failed',
    measured: 'NaN',
  });
});
