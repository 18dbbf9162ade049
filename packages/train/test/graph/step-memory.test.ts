import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { freshAdapter, hostOf } from '@pip-graft/graft';
import { type TrainingGraph, trainingGraph } from '@pip-graft/train';
import { peakMemory } from '@pip-graft/validate';
import { describe, expect, it } from 'vitest';
import {
  foreseeMemory,
  ranOut,
  type StepSize,
  stepMemory,
  stepMemoryFactor,
} from '../../src/graph/step-memory.ts';

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

const gib = 2 ** 30;
/** 1 GiB, plus 0.5 GiB for each patch of 128 pixels. */
const step: StepSize = {
  batch: 8,
  patch: 128,
  accumulate: 1,
  checkpointing: false,
  sizeMultiple: 8,
  need: { fixed: gib, activations: 4 * gib },
};

describe('foreseeMemory', () => {
  it('says nothing about a step that fits', () => {
    expect(foreseeMemory(step, { all: 16 * gib, free: 5 * gib })).toBeUndefined();
  });

  it('warns about a step that may not fit and suggests a batch that does', () => {
    expect(foreseeMemory(step, { all: 16 * gib, free: 2.6 * gib })).toBe(
      'A step of 8 patches of 128 pixels takes about 5.0 GiB, and 2.6 GiB are free; if memory runs out, batch 3, patch 128 fits (with accumulate 3 for a step of as many patches); checkpointing takes less memory for more time.',
    );
  });

  it('rejects a step that exceeds the machine even if the estimate is off by its factor', () => {
    expect(foreseeMemory(step, { all: 3.4 * gib, free: 5 * gib })).toBeUndefined();
    expect(() => foreseeMemory(step, { all: 3.3 * gib, free: 3 * gib })).toThrow(
      /takes about 5\.0 GiB, and this machine has 3\.3 GiB; batch 4, patch 128 fits/,
    );
  });

  it("suggests smaller patches if not even one fits, in multiples of the host's size", () => {
    // A quarter of the memory per patch: half its side, and no more than what is left.
    expect(() => foreseeMemory(step, { all: 1.2 * gib, free: 1.13 * gib })).toThrow(
      /batch 1, patch 64 fits \(with accumulate 8 /,
    );
  });

  it('suggests neither a size if the weights alone do not fit, nor options already in use', () => {
    const said = () => foreseeMemory({ ...step, checkpointing: true }, { all: gib, free: gib / 2 });
    expect(said).toThrow(/close other programs or take a smaller host\.$/);
  });
});

describe('ranOut', () => {
  it('suggests a smaller step than the one that failed, even if more memory was free', () => {
    const cause = new Error('std::bad_alloc');
    const error = ranOut(step, { all: 16 * gib, free: 8 * gib }, cause);
    expect(error).toMatchObject({ code: 'RUNTIME_FAILED', cause });
    expect(error.message).toMatch(/^Memory ran out\. .* batch 4, patch 128 fits .*What was saved/);
  });

  it('omits what is not known about a device', () => {
    const all = { all: Number.POSITIVE_INFINITY, free: Number.POSITIVE_INFINITY };
    expect(ranOut({ ...step, batch: 1, accumulate: 2 }, all, undefined).message).toContain(
      'pixels takes about 5.0 GiB; batch 1, patch 88 fits (with accumulate 2 ',
    );
  });
});
