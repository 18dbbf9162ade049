import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import {
  applyGraft,
  freshAdapter,
  type Host,
  hostOf,
  modelBytes,
  planGraft,
} from '@pip-graft/graft';
import type { Adapter, PipAttach, PipGate } from '@pip-graft/pip-core';
import { createSession, runModel, type Session } from '@pip-graft/runtime';
import { type FloatTensor, float32Tensor, Random } from '@pip-graft/weights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// What weights and strength mean at the output of whole networks, as docs/concepts.md says. At the
// skip a change is exactly proportional (packages/pip-core/test/emit/weights.test.ts); after it
// come the decoder's norms, gates and attention, which are not linear.

const labels = ['rain', 'haze', 'blur'];
const steps = Array.from({ length: 11 }, (_, step) => step / 10);
const image = Float32Array.from(
  { length: 3 * 32 * 32 },
  (_, at) => 0.5 + 0.4 * Math.sin(0.37 * (at % 32)) * Math.cos(0.0211 * at),
);

const hosts: Readonly<Record<string, () => Host>> = {
  nafnet: () => {
    const { family, config } = backbonePresets['nafnet-small'];
    const small = { ...config, width: 8, encoder: [1, 1], decoder: [1, 1] };
    return hostOf(buildBackbone({ family, config: small } as never, 3));
  },
  restormer: () => {
    const { family, config } = backbonePresets['restormer-small'];
    return hostOf(
      buildBackbone({ family, config: { ...config, dim: 8, blocks: [1, 1, 1, 1] } } as never, 3),
    );
  },
};

/** An adapter with open gates of random size and sign. */
function lively(host: Host, attach: PipAttach, gate?: PipGate): Adapter {
  const adapter = freshAdapter(host, {
    labels,
    attach,
    seed: 5,
    promptChannels: [8],
    promptSize: [8],
    ...(gate ? { gate } : {}),
  });
  const random = new Random('gates');
  const open = (name: string, tensor: FloatTensor): FloatTensor =>
    name.endsWith('.gate')
      ? { ...tensor, data: tensor.data.map(() => 0.3 * random.normal()) }
      : tensor;
  return {
    ...adapter,
    tensors: new Map([...adapter.tensors].map(([name, tensor]) => [name, open(name, tensor)])),
  };
}

const distance = (a: Float32Array, b: Float32Array) =>
  Math.hypot(...a.map((value, at) => value - b[at]!));

function expectRising(values: readonly number[]): void {
  for (let at = 1; at < values.length; at++)
    expect(values[at], `step ${at} of ${values.map((each) => each.toFixed(4))}`).toBeGreaterThan(
      values[at - 1]!,
    );
}

describe.each(
  Object.keys(hosts).flatMap((family) => [
    { family, attach: 'replace' as const, gate: undefined },
    { family, attach: 'residual' as const, gate: 'channel' as const },
    { family, attach: 'residual' as const, gate: 'label' as const },
  ]),
)('$family, $attach, gate $gate', ({ family, attach, gate }) => {
  let session: Session;
  let alone: Float32Array;
  const run = async (row: readonly number[], strength = 1): Promise<Float32Array> => {
    const made = await runModel(session, {
      input: float32Tensor([1, 3, 32, 32], image),
      degradation: float32Tensor([1, 3], row),
      strength: float32Tensor([], [strength]),
    });
    return made['output']!.data as Float32Array;
  };
  beforeAll(async () => {
    const host = hosts[family]!();
    const bare = await createSession(modelBytes(host.model));
    const made = await runModel(bare, { input: float32Tensor([1, 3, 32, 32], image) });
    alone = made['output']!.data as Float32Array;
    await bare.release();
    const model = applyGraft(planGraft(host, lively(host, attach, gate)));
    session = await createSession(modelBytes(model));
  });
  afterAll(() => session.release());

  it("zero weights or zero strength give the host's output to the bit", async () => {
    expect(await run([0, 0, 0])).toEqual(alone);
    expect(await run([0, 1, 0], 0)).toEqual(alone);
    expect(await run([0.5, 1, 7], 0)).toEqual(alone);
  });

  it('the distance from the host grows with a weight and with the strength', async () => {
    const weights = [];
    const strengths = [];
    for (const part of steps) {
      weights.push(distance(await run([0, part, 0]), alone));
      strengths.push(distance(await run([0, 1, 0], part), alone));
    }
    expectRising(weights);
    expectRising(strengths);
    // About half: 0.49 to 0.59 on these two networks.
    expect(weights[5]! / weights[10]!).toBeGreaterThan(0.4);
    expect(weights[5]! / weights[10]!).toBeLessThan(0.65);
  });

  it('weights with a sum above 1 act as shares', async () => {
    expect(distance(await run([2, 0, 6]), await run([0.25, 0, 0.75]))).toBeLessThan(1e-4);
  });

  it.runIf(gate === 'label')('moves steadily from one label to another', async () => {
    const way: Float32Array[] = [];
    for (const t of steps) way.push(await run([1 - t, 0, t]));
    expectRising(way.map((at) => distance(at, way[0]!)));
    expectRising(way.map((at) => distance(at, way.at(-1)!)).reverse());
    const moved = way.slice(1).map((at, step) => distance(at, way[step]!));
    const whole = distance(way[0]!, way.at(-1)!);
    // None of the ten steps is a jump: the largest is a seventh of the way.
    expect(Math.max(...moved) / whole).toBeLessThan(0.2);
  });
});
