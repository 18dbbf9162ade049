import { NameScope } from '@pip-graft/onnx-graft';
import { costAt, emitPip, levelCost, pipModes } from '@pip-graft/pip-core';
import { describe, expect, it } from 'vitest';
import { tinyHost, tinyRequest } from '../tiny-host.ts';

const host = tinyHost();
const request = tinyRequest(host);

describe('levelCost', () => {
  it.each(pipModes)('counts what is emitted: %s', (mode) => {
    const config = { ...request.adapter.config, mode };
    const [level] = config.levels;
    const { adapter } = tinyRequest(host, { mode });
    const [emitted] = emitPip({
      adapters: [adapter],
      opset: 17,
      names: new NameScope(),
      prefix: 'pip',
      sites: [{ level: 1, value: 'feature', dataType: 'float32' }],
      steering: { kind: 'inputs', degradation: 'd', strength: 's' },
    });
    const { nodes, initializers } = emitted!.fragment;
    // Convolutions run at only two sizes; their names tell which.
    const weights = new Map(
      initializers.map(({ name, dims }) => [name, dims.reduce((a, b) => a * b, 1)]),
    );
    const convolutions = nodes.filter(({ opType }) => opType === 'Conv');
    const at = (part: RegExp) =>
      convolutions
        .filter(({ name }) => part.test(name))
        .reduce((sum, { inputs }) => sum + weights.get(inputs[1]!)!, 0);
    const { channels: C, promptChannels: c, promptSize: s, p2pHeads, p2fHeads } = level!;
    const cost = levelCost(level!, config);
    // Scores and the product with the values, for each attention over the pixels.
    const products = (rows: number, width: number, heads: number) =>
      (width * width) / heads + rows * width;
    const joint = mode.startsWith('promptir')
      ? products(C + c, C + c, p2fHeads)
      : products(C, c, p2fHeads);
    const perPixel = at(/universal_prompt|prompt_to_feature/) + (mode === 'convgate' ? 0 : joint);
    expect(cost.perPixel).toBe(perPixel);
    const prompt = (at(/prompt_to_prompt/) + products(c, c, p2pHeads)) * s * s;
    expect(cost.fixed).toBeGreaterThanOrEqual(prompt);
    expect(cost.fixed - prompt).toBeLessThan(4000);
    expect(costAt({ fixed: 10, perPixel: 2 }, 8, 9, 2)).toBe(10 + 2 * 4 * 5);
  });
});
