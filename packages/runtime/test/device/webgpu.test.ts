import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSession, profileRun, runModel, summariseProfile } from '@pip-graft/runtime';
import {
  bytesOf,
  graftedFiles,
  halvingModel,
  node,
  picture,
  tinyModel,
  tinyUnet,
} from '@pip-graft/test-utils';
import { compareLayers, validateGraft } from '@pip-graft/validate';
import { float32Tensor, toFloat32 } from '@pip-graft/weights';
import { afterAll, describe, expect, test } from 'vitest';
import { withoutWebgpu } from '../support/webgpu.ts';

const missing = await withoutWebgpu();
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const isolation = { timeout: 120_000 };
const grey = (height: number, width: number) =>
  float32Tensor([1, 3, height, width], new Float32Array(3 * height * width).fill(0.5));

/** Hardmax has no kernel on WebGPU. */
const fallingBack = tinyModel({
  nodes: [
    node('Mul', ['input', 'input'], 'squared'),
    node('Hardmax', ['squared'], 'hard', { axis: { int: 3 } }),
    node('Add', ['hard', 'squared'], 'output'),
  ],
  inputs: [picture('input')],
  outputs: [picture('output')],
});

describe.skipIf(missing !== undefined)('on WebGPU', () => {
  test('runs a model of any size strictly at each size', async () => {
    const session = await createSession(bytesOf(halvingModel()), { device: 'webgpu', isolation });
    for (const [height, width] of [
      [2, 3],
      [4, 4],
      [2, 3],
    ] as const) {
      const { output } = await runModel(session, { input: grey(height, width) });
      expect(output!.dims).toEqual([1, 3, height, width]);
      expect(new Set(toFloat32(output!).data)).toEqual(new Set([0.25]));
    }
    expect(session.strict).toBe(true);
    await session.release();
  });

  test('rejects a node without a kernel, unless the caller allows fallbacks', async () => {
    const bytes = bytesOf(fallingBack);
    const strict = await createSession(bytes, { device: 'webgpu', isolation });
    await expect(runModel(strict, { input: grey(8, 8) })).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringContaining('fallback'),
    });
    const loose = await createSession(bytes, { device: 'webgpu', isolation, strict: false });
    await runModel(loose, { input: grey(8, 8) });
    expect(loose.strict).toBe(false);
    await loose.release();
  });

  test('the profile names the node that fell back, and counts copies', async () => {
    const options = { device: 'webgpu', isolation, strict: false, optimisation: 'all' } as const;
    const { nodes, strict } = await profileRun(fallingBack, { input: grey(8, 8) }, options);
    expect(strict).toBe(false);
    const found = summariseProfile(nodes, 'webgpu', { opsets: fallingBack.opsets, dynamic: false });
    expect(found.evidence).toBe('none');
    expect(found.fallbacks).toEqual([
      {
        node: 'hard_node',
        opType: 'Hardmax',
        output: 'float [1, 3, 8, 8]',
        reason: 'webgpu has no kernel for Hardmax of operator set 17, or not for these attributes',
      },
    ]);
    expect(found.copies).toBeGreaterThan(0);
    expect(found.providers.map(({ provider }) => provider).sort()).toEqual([
      'CPUExecutionProvider',
      'WebGpuExecutionProvider',
    ]);
  });

  test('proves a valid graft', async () => {
    const { base, grafted } = await graftedFiles(folder, { trained: true });
    const only = [
      'loads',
      'ran on the device',
      'strength 0, as written',
      'labels steer',
      'parity with the CPU',
      'memory',
    ];
    const result = await validateGraft({
      base,
      grafted,
      device: 'webgpu',
      sizeMultiple: 4,
      timing: { side: 32 },
      only,
    });
    expect(result.checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(result.status).toBe('passed');
    expect(result.figures.placements).toMatchObject([
      { side: 'host', evidence: 'strict', fallbacks: [] },
      { side: 'grafted', evidence: 'strict', fallbacks: [] },
    ]);
    expect(result.figures.parity!.length).toBe(1 + 1 + 2 * 2);
  });

  test('layers on the device match the CPU', async () => {
    const found = await compareLayers(tinyUnet(), {
      device: 'webgpu',
      feeds: { input: grey(16, 16) },
      limit: 1e-3,
      budget: 50_000,
    });
    expect(found.rows.filter(({ begins }) => begins)).toEqual([]);
    expect(found.compared).toBe(tinyUnet().graph.nodes.length);
  });
});
