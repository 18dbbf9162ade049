import { describe, expect, it } from 'vitest';
import { exitOf, failedLabels, gate, skipped } from '../../../scripts/bench/restorer/gate.mjs';
import { greyGates, rangeOf } from '../../../scripts/bench/restorer/gates/grey.mjs';
import { setGates } from '../../../scripts/bench/restorer/gates/sets.mjs';
import { gateLine } from '../../../scripts/bench/restorer/page.mjs';

describe('a gate', () => {
  it.each([
    ['at least', 30, 30, 'passed'],
    ['at least', 30, 29.99, 'failed'],
    ['above', 0, 0, 'failed'],
    ['above', 0, 0.01, 'passed'],
    ['at most', 2, 2, 'passed'],
    ['at most', 2, 3, 'failed'],
    ['at least', 30, Number.NaN, 'failed'],
    ['at most', 2, Number.NaN, 'failed'],
  ] as const)('%s %d: %d %s', (relation, target, value, status) => {
    expect(gate({ name: 'x', relation, target, value }).status).toBe(status);
  });

  it('determines the exit code and the failing labels', () => {
    const good = gate({ name: 'a', label: 'noise', relation: 'at least', target: 1, value: 1 });
    const bad = gate({ name: 'b', label: 'haze', relation: 'at least', target: 1, value: 0 });
    const speed = gate({ name: 'c', relation: 'at most', target: 1, value: 2 });
    const none = skipped('d', 'rain', 'no such label');
    expect([exitOf([good, none]), exitOf([good, bad]), exitOf([speed])]).toEqual([0, 1, 1]);
    expect(failedLabels([bad, good, bad, speed, none])).toEqual(['haze']);
  });

  it('is printed on one line', () => {
    const row = { name: 'x', relation: 'at most', target: 2, value: -3.256, unit: 'dB' } as const;
    expect(gateLine(gate({ ...row, note: 'so' }))).toBe('passed  x: −3.26 (≤ 2) dB – so');
    expect(gateLine(skipped('y', null, 'no sensor'))).toBe('skipped y: – no sensor');
  });
});

describe('gates of a set', () => {
  const image = (ways: Record<string, number>) => ({
    name: 'x.png',
    ways: Object.fromEntries(
      Object.entries(ways).map(([way, psnr]) => [way, { psnr, ssim: psnr / 100 }]),
    ),
  });
  const noise = { name: 'Set σ 25', label: 'noise', sigma: 25 };

  it('compare with BM3D on its images, and with the host on all', () => {
    const images = [
      image({ input: 20, restored: 30, host: 29, BM3D: 30.4 }),
      image({ input: 20, restored: 20, host: 20.5 }),
    ];
    const [bm3d, host] = setGates(noise, { images });
    expect(bm3d).toMatchObject({ status: 'passed', note: 'on 1 of 2 images' });
    expect(bm3d!.value).toBeCloseTo(-0.4);
    expect(host!.value).toBeCloseTo(0.25);
    expect(host!.note).toContain('−0.50');
    const [strict] = setGates({ ...noise, sigma: 50 }, { images });
    expect(strict).toMatchObject({ status: 'failed', target: 0 });
  });

  it('are skipped without BM3D or without the label, never passed', () => {
    const images = [image({ input: 20, restored: 30, host: 29 })];
    const statuses = setGates(noise, { images }).map(({ status }) => status);
    expect(statuses).toEqual(['skipped', 'passed']);
    expect(setGates(noise, undefined).map(({ status }) => status)).toEqual(['skipped']);
  });

  it('check PSNR, SSIM and the gain over the input', () => {
    const images = [image({ input: 22, restored: 22.6 })];
    const set = { name: 'Set', label: 'blur', psnr: 22, ssim: 0.3, gain: 0.7 };
    const statuses = setGates(set, { images }).map(({ status }) => status);
    expect(statuses).toEqual(['passed', 'failed', 'failed']);
  });
});

describe('constant grey', () => {
  it('is judged by its range, including borders', async () => {
    const frame = (spread: number) => ({
      labels: ['rain'],
      restore: async (image: { width: number; height: number; data: Float32Array }) => {
        const data = image.data.slice();
        data[0]! += spread / 255;
        return { ...image, data };
      },
    });
    const [good] = await greyGates(frame(2));
    expect(good).toMatchObject({ label: 'rain', value: 2, status: 'passed' });
    const [bad] = await greyGates(frame(3));
    expect(bad).toMatchObject({ value: 3, status: 'failed' });
    expect(bad!.note).toContain('without 16 pixels of border 0');
  });

  it('counts each channel separately', () => {
    const data = Float32Array.of(0, 0, 1, 1, 0.5, 0.5);
    expect(rangeOf({ width: 2, height: 1, data }, 0)).toBe(0);
  });
});
