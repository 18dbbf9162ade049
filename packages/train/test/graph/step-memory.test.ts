import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { freshAdapter, hostOf } from '@pip-graft/graft';
import { type TrainingGraph, trainingGraph } from '@pip-graft/train';
import { peakMemory } from '@pip-graft/validate';
import { describe, expect, it } from 'vitest';
import { stepMemory, stepMemoryFactor } from '../../src/graph/step-memory.ts';

const small = backbonePresets['nafnet-small'];
const config = { ...small.config, width: 16, encoder: [1, 1], decoder: [1, 1] };
const host = hostOf(buildBackbone({ ...small, config }, 0));
const adapter = freshAdapter(host, {
  labels: ['noise', 'rain'],
  promptChannels: [8],
  promptSize: [8],
});
const graphOf = (batch: number, patch: number, checkpointing = false): TrainingGraph =>
  trainingGraph(host, adapter, {
    batch,
    patch,
    loss: 'l1',
    angles: 0,
    checkpointing,
    learn: 'all',
  });
const whole = ({ fixed, activations }: ReturnType<typeof stepMemory>): number =>
  fixed + activations;

async function measured({ model }: TrainingGraph): Promise<number> {
  const dims = model.graph.inputs.map(({ name, dims }) => [name, (dims ?? []).map(Number)]);
  return peakMemory(model, Object.fromEntries(dims), { threads: 1 });
}

describe('stepMemory', () => {
  it('grows with batch and patch area, in its activations only', () => {
    const [few, more, wider] = [graphOf(2, 32), graphOf(8, 32), graphOf(2, 64)].map(stepMemory);
    expect(more!.activations / few!.activations).toBeCloseTo(4, 0);
    expect(wider!.activations / few!.activations).toBeCloseTo(4, 0);
    expect(more!.fixed / few!.fixed).toBeCloseTo(1, 1);
  });

  it.each([false, true])(
    'is within its factor of the measurement, checkpointing: %s',
    async (checkpointing) => {
      const graph = graphOf(8, 96, checkpointing);
      const ratio = whole(stepMemory(graph)) / (await measured(graph));
      expect(ratio).toBeGreaterThan(1 / stepMemoryFactor);
      expect(ratio).toBeLessThan(stepMemoryFactor);
    },
  );

  it('accounts for checkpointing', () => {
    const [kept, again] = [graphOf(4, 64), graphOf(4, 64, true)].map(stepMemory);
    expect(again!.activations / kept!.activations).toBeLessThan(0.5);
  });
});
