import { describe, expect, it } from 'vitest';
import { foreseeMemory, ranOut, type StepSize } from '../../src/run/advise-memory.ts';

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
