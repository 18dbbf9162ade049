import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { applyGraft, freshAdapter, type Host, hostOf, planGraft } from '@pip-graft/graft';
import { checkModel, convertPrecision, modelBytes } from '@pip-graft/onnx-graft';
import { type Adapter, type PipAttach, pipModes } from '@pip-graft/pip-core';
import { createSession, runModel } from '@pip-graft/runtime';
import { full } from '@pip-graft/test-utils';
import {
  openStepper,
  type Stepper,
  type TrainingGraphOptions,
  trainingGraph,
} from '@pip-graft/train';
import { type FloatTensor, float32Tensor, Random, type TensorMap } from '@pip-graft/weights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostParameters, readParameters } from '../../src/graph/training-graph.ts';

const labels = ['noise', 'rain', 'haze'];
const options: TrainingGraphOptions = { batch: 2, patch: 32, loss: 'smooth-l1', angles: 2e-5 };
const random = new Random('training-graph');
const noise = (count: number, scale = 1) =>
  Float32Array.from({ length: count }, () => scale * random.normal());
const count = 2 * 3 * 32 * 32;
const batch = {
  inputs: noise(count).map((value) => 0.5 + 0.2 * value),
  targets: noise(count).map((value) => 0.5 + 0.2 * value),
  weights: Float32Array.of(1, 0, 0, 0, 0.5, 0.5),
};

const tiny = {
  nafnet: {
    ...backbonePresets['nafnet-small'],
    config: {
      ...backbonePresets['nafnet-small'].config,
      width: 8,
      encoder: [1, 1],
      decoder: [1, 1],
    },
  },
  restormer: {
    ...backbonePresets['restormer-small'],
    config: {
      ...backbonePresets['restormer-small'].config,
      dim: 8,
      // Other levels repeat the operators of the first, which has a block on each side of its skip.
      ...(full
        ? { blocks: [1, 1, 1, 1] as const }
        : { blocks: [1, 0, 0, 0] as const, refinement: 0 }),
    },
  },
} as const;

/** One module alone, and two that share their prompts; `npm run test:full` uses every skip. */
const sites = { residual: '1,2', replace: '1' };
const scope = full ? 'every skip' : 'one or two skips';
// More threads would wait for one another longer than such small tensors take.
const session = { threads: 1 };

function hostFor(family: keyof typeof tiny): Host {
  return hostOf(buildBackbone(tiny[family], 3));
}

/** An adapter in which every parameter matters: none is zero, unlike a fresh gate. */
function livelyAdapter(host: Host, mode: (typeof pipModes)[number], attach: PipAttach): Adapter {
  const adapter = freshAdapter(
    host,
    { mode, attach, labels, promptChannels: [8], promptSize: [8], promptStd: 1 },
    full ? undefined : sites[attach],
  );
  const tensors = new Map(
    [...adapter.tensors].map(([name, tensor]): [string, FloatTensor] => {
      // A label has one of several gates: only a large one shows slopes behind it in float32.
      const size = name.endsWith('.gate') ? 0.5 : 0.1;
      const moved = tensor.data.map((value) => value + size * random.normal());
      return [name, { ...tensor, data: moved }];
    }),
  );
  return { ...adapter, tensors };
}

/** The mean squared error of the batch through the graft, as in use. */
async function graftError(host: Host, adapter: Adapter, weights = batch.weights): Promise<number> {
  const grafted = await createSession(modelBytes(applyGraft(planGraft(host, adapter))), session);
  const { output } = await runModel(grafted, {
    input: float32Tensor([2, 3, 32, 32], batch.inputs),
    degradation: float32Tensor([2, 3], weights),
  });
  await grafted.release();
  const made = output!.data as Float32Array;
  return made.reduce((sum, value, at) => sum + (value - batch.targets[at]!) ** 2, 0) / count;
}

const learned = ['pip', 'all'] as const;
const forms = pipModes.flatMap((mode) =>
  (['residual', 'replace'] as const).map((attach) => [mode, attach] as const),
);

describe.each(forms)(`%s, %s, ${scope}`, (mode, attach) => {
  const host = hostFor(mode === 'convgate' ? 'nafnet' : 'restormer');
  const adapter = livelyAdapter(host, mode, attach);
  const graph = trainingGraph(host, adapter, options);
  // Loading a training graph takes far longer than running it, so all tests share one.
  let stepper: Stepper;
  beforeAll(async () => {
    stepper = await openStepper(graph, session);
  });
  afterAll(() => stepper?.release());

  it('is a valid model with a gradient for every parameter', () => {
    expect(checkModel(graph.model).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([...graph.gradients.keys()].sort()).toEqual([...adapter.tensors.keys()].sort());
  });

  it('trains exactly what is grafted: the loss equals the loss of the graft', async () => {
    // The second: half a weight, and no weight.
    for (const weights of [batch.weights, Float32Array.of(0, 0.5, 0, 0, 0, 0)]) {
      const { error } = await stepper.run({ ...batch, weights }, adapter.tensors);
      expect(error / (await graftError(host, adapter, weights))).toBeCloseTo(1, 4);
    }
  });

  // Without `npm run test:full`, one form of each mode trains the modules, the other the host, too.
  it.each(full ? learned : attach === 'residual' ? ['pip' as const] : ['all' as const])(
    'training %s, checkpointing gives the same bits',
    async (learn) => {
      const again = trainingGraph(host, adapter, { ...options, learn, checkpointing: true });
      expect(checkModel(again.model).filter(({ severity }) => severity === 'error')).toEqual([]);
      const kept = learn === 'pip' ? graph : trainingGraph(host, adapter, { ...options, learn });
      const forward = (graph: typeof kept) =>
        graph.model.graph.nodes.filter(({ opType }) => opType === 'Conv').length;
      expect(forward(again)).toBeGreaterThan(forward(kept));
      const own = readParameters(host, hostParameters(host, learn));
      const parameters: TensorMap = new Map([...adapter.tensors, ...own]);
      const run = async (graph: typeof kept) => {
        const own = await openStepper(graph, session);
        const result = await own.run(batch, parameters);
        await own.release();
        return result;
      };
      const result = kept === graph ? await stepper.run(batch, parameters) : await run(kept);
      expect(await run(again)).toEqual(result);
    },
  );

  it('its gradients are the slopes of the loss', async () => {
    const { gradients, loss } = await stepper.run(batch, adapter.tensors);
    const off: string[] = [];
    let checked = 0;
    // Each parameter separately, along its gradient, in both directions.
    for (const [name, tensor] of adapter.tensors) {
      const gradient = gradients.get(name)!;
      const size = Math.hypot(...gradient);
      const reach = 3e-3 * Math.hypot(...tensor.data);
      // The rounding of the loss in float32 must be far below the change.
      if (2 * reach * size < 5000 * 2 ** -24 * loss) continue;
      const direction = gradient.map((value) => value / size);
      const lossAt = async (step: number): Promise<number> => {
        const moved = tensor.data.map((value, at) => value + step * direction[at]!);
        const parameters: TensorMap = new Map([
          ...adapter.tensors,
          [name, { ...tensor, data: moved }],
        ]);
        return (await stepper.run(batch, parameters)).loss;
      };
      const slope = ((await lossAt(reach)) - (await lossAt(-reach))) / (2 * reach);
      if (Math.abs(slope / size - 1) > 0.05) off.push(`${name}: ${slope / size}`);
      checked++;
    }
    expect(checked).toBeGreaterThan(5);
    // The set of largest entries changes on the way, where the loss jumps; no gradient sees that.
    if (mode === 'pip_cross_topm') expect(off.length).toBeLessThan(checked / 3);
    else expect(off).toEqual([]);
  });
});

describe('a float16 host', () => {
  const host = hostFor('nafnet');
  const half = hostOf(convertPrecision(host.model));
  const adapter = livelyAdapter(half, 'convgate', 'residual');

  it('is computed in float32: the loss matches its float16 graft up to rounding', async () => {
    const graph = trainingGraph(half, adapter, options);
    expect(checkModel(graph.model).filter(({ severity }) => severity === 'error')).toEqual([]);
    const stepper = await openStepper(graph, session);
    const { error, gradients } = await stepper.run(batch, adapter.tensors);
    await stepper.release();
    expect([...gradients.values()].every((each) => each instanceof Float32Array)).toBe(true);
    expect(error / (await graftError(half, adapter))).toBeCloseTo(1, 2);
  });

  it('cannot be trained itself', () => {
    expect(() => trainingGraph(half, adapter, { ...options, learn: 'all' })).toThrow(
      /its weights are float16/,
    );
  });
});
