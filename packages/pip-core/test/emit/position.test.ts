import { type PipConfig, pipModes, pipParameters } from '@pip-graft/pip-core';
import { type FloatTensor, Random } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { oneSite, runOneSite } from '../one-site.ts';

const level = {
  level: 1,
  channels: 12,
  promptChannels: 8,
  promptSize: 4,
  p2pHeads: 2,
  p2fHeads: 4,
};

/** The largest range of values within a channel if every pixel of the feature is the same. */
async function spread(mode: PipConfig['mode'], position: PipConfig['position']): Promise<number> {
  const config: PipConfig = {
    mode,
    position,
    attach: 'replace',
    labels: ['rain', 'haze'],
    levels: [level],
    expansion: 2.66,
    dtype: 'float32',
  };
  const random = new Random(mode);
  const drawn = (count: number, size: number) =>
    Float32Array.from({ length: count }, () => size * random.normal());
  const tensors = new Map(
    pipParameters(config).map(({ name, dims }): [string, FloatTensor] => [
      name,
      {
        dims,
        data: drawn(
          dims.reduce((a, b) => a * b, 1),
          0.3,
        ),
      },
    ]),
  );
  const [height, width] = [9, 14];
  const pixel = drawn(level.channels, 1);
  const feature = pixel.reduce((all: number[], value) => {
    for (let at = 0; at < height * width; at++) all.push(value);
    return all;
  }, []);
  const [output] = await runOneSite(oneSite(config, tensors), {
    feature: { dims: [1, level.channels, height, width], data: Float32Array.from(feature) },
    degradation: { dims: [1, 2], data: Float32Array.of(1, 0) },
    strength: { dims: [], data: Float32Array.of(1) },
  });
  let most = 0;
  for (let channel = 0; channel < level.channels; channel++) {
    const plane = output!.data.subarray(channel * height * width, (channel + 1) * height * width);
    most = Math.max(most, Math.max(...plane) - Math.min(...plane));
  }
  return most;
}

describe.each(pipModes)('%s on a uniform feature', (mode) => {
  it('is uniform without position and not uniform with it', async () => {
    expect(await spread(mode, 'none')).toBeLessThan(1e-5);
    expect(await spread(mode, 'learned')).toBeGreaterThan(1e-2);
    expect(await spread(mode, undefined)).toBeGreaterThan(1e-2);
  });
});
