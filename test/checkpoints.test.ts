import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildBackbone, detectBackbone, fingerprint, locateSkips } from '@pip-graft/backbones';
import { graphFacts, type Model } from '@pip-graft/onnx-graft';
import { digest } from '@pip-graft/onnx-graft/node';
import { applyPlan, findModules, importAdapter, makePlan, requirePlan } from '@pip-graft/pip-core';
import { type FloatTensor, readSafetensors, type TensorMap } from '@pip-graft/weights';
import { openCheckpoint } from '@pip-graft/weights/node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

// Whole networks saved by PyTorch, with its results: pytorch-reference/make_network_checkpoints.py.
const folder = new URL('./checkpoints/', import.meta.url);
const open = (name: string) => openCheckpoint(fileURLToPath(new URL(name, folder)));
const golden = (name: string): TensorMap =>
  readSafetensors(readFileSync(new URL(`${name}.golden.safetensors`, folder))).tensors;

/** Maximum absolute error in float32 on data of order 1 to 10. */
const tolerance = 1e-4;

async function run(
  model: Model,
  feeds: Readonly<Record<string, FloatTensor>>,
): Promise<FloatTensor> {
  const session = await InferenceSession.create(model.source.read(0, model.source.size), {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  const tensors = Object.entries(feeds).map(
    ([name, { data, dims }]) => [name, new Tensor('float32', data, dims)] as const,
  );
  const { output } = await session.run(Object.fromEntries(tensors));
  await session.release();
  return { dims: output!.dims, data: output!.data as Float32Array };
}

function maxError(a: FloatTensor, b: FloatTensor): number {
  expect(a.dims).toEqual(b.dims);
  return a.data.reduce((worst, value, i) => {
    const error = Math.abs(value - b.data[i]!);
    return error <= worst ? worst : error;
  }, 0);
}

describe('a checkpoint becomes the network it was saved from', () => {
  it.each([
    ['restormer.pth', 'restormer', 'params'],
    ['nafnet.pth', 'nafnet', 'params'],
    ['promptir.ckpt', 'promptir', 'state_dict.net'],
    ['unet.pth', 'unet', 'params'],
  ])('%s', async (name, family, prefix) => {
    const checkpoint = await open(name);
    const { backbone, weights, ...found } = detectBackbone(checkpoint.tensors, { label: name });
    expect(found).toMatchObject({ prefix, average: false, beside: [] });
    expect(backbone.family).toBe(family);
    const model = buildBackbone(backbone, weights);
    const expected = golden(name);
    const got = await run(model, { input: expected.get('image')! });
    checkpoint.close();
    expect(maxError(got, expected.get('output')!)).toBeLessThanOrEqual(tolerance);
  });
});

describe('a PIP checkpoint becomes a host and an adapter that together are the whole network', () => {
  it.each([
    ['pip_cross_topm', ['noise', 'rain', 'haze', 'blur', 'low-light']],
    ['pip_cross', ['degradation-1', 'degradation-2', 'degradation-3']],
    ['convgate', ['noise-15', 'noise-25', 'noise-50', 'rain', 'haze', 'blur', 'low-light']],
    ['promptir_gate', ['degradation-1', 'degradation-2']],
    ['promptir', ['degradation-1', 'degradation-2', 'degradation-3', 'degradation-4']],
  ])('%s', async (mode, labels) => {
    const name = `${mode}.pkl`;
    const checkpoint = await open(name);
    const { backbone, weights, pip, unused } = detectBackbone(checkpoint.tensors, { label: name });
    expect(backbone).toMatchObject({ family: 'restormer', config: { thinLatent: true } });
    expect(unused).toHaveLength(3);
    expect(weights.size + pip.length + unused.length).toBe(checkpoint.tensors.size);

    const host = buildBackbone(backbone, weights);
    const facts = graphFacts(host);
    const { family, sites } = locateSkips(host, facts);
    expect([family, sites.map(({ channels }) => channels)]).toEqual(['restormer', [4, 8, 16]]);
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    const identity = {
      digest: digest(host.source),
      fingerprint: fingerprint(host, { digest: sha256, sites, facts }),
    };
    const adapter = importAdapter(findModules(checkpoint.tensors)!.tensors, {
      name: 'imported',
      base: { family, name: null, ...identity },
      training: { epoch: checkpoint.extra['params.epoch'] ?? checkpoint.extra['epoch'] },
      label: name,
    });
    expect(adapter.config).toMatchObject({ mode, labels, attach: 'replace', expansion: 2.66 });
    expect(adapter.training).toEqual({ epoch: 120 });
    const plan = requirePlan(
      makePlan({
        model: host,
        facts,
        sites,
        family,
        ...identity,
        adapters: [adapter],
        options: { inputs: 'required' },
      }),
    );
    const grafted = applyPlan(plan, { name: 'test', version: '0' });
    const expected = golden(name);
    const rows = expected.get('weights')!;
    const image = expected.get('image')!;
    // Every single label and every pair of labels, as rows of one run.
    const images = {
      dims: [rows.dims[0]!, ...image.dims.slice(1)],
      data: Float32Array.from(
        { length: rows.dims[0]! * image.data.length },
        (_, i) => image.data[i % image.data.length]!,
      ),
    };
    const got = await run(grafted, {
      input: images,
      degradation: rows,
      strength: { dims: [], data: Float32Array.of(1) },
    });
    checkpoint.close();
    expect(rows.dims[0]).toBe((labels.length * (labels.length + 1)) / 2);
    expect(maxError(got, expected.get('output')!)).toBeLessThanOrEqual(tolerance);
  });

  it('reports missing, extra and misshapen tensors under the checkpoint’s own names', async () => {
    const checkpoint = await open('pip_cross_topm.pkl');
    const { tensors } = findModules<FloatTensor>(checkpoint.tensors)!;
    const changed = new Map(tensors);
    changed.delete('prompt2.LGM.attn.kv.weight');
    changed.set('prompt1.LGM.more', { dims: [1], data: new Float32Array(1) });
    changed.set('low_prompt_interaction_level3.prompt_transformer_cross.norm2.body.bias', {
      dims: [3],
      data: new Float32Array(3),
    });
    const options = {
      name: 'x',
      base: { family: 'restormer', name: null, fingerprint: null, digest: null },
      training: null,
    };
    expect(() => importAdapter(changed, options)).toThrow(
      /'prompt2\.LGM\.attn\.kv\.weight' is missing; 'low_prompt_interaction_level3.*norm2\.body\.bias' has shape \[3\] instead of \[16\]; 'prompt1\.LGM\.more' is left over/,
    );
    expect(() => importAdapter(new Map(), options)).toThrow(/it has no PIP module/);
    expect(() => importAdapter(tensors, { ...options, labels: ['a'] })).toThrow(
      /5 degradations, but 1 labels/,
    );
  });
});
