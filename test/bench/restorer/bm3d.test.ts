import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepFigures, readFigures, withoutBm3d } from '../../../scripts/bench/restorer/bm3d.mjs';
import { digestOf, fromBytes, toBytes } from '../../../scripts/bench/restorer/eight-bits.mjs';
import { noisy } from '../../../scripts/bench/restorer/noise.mjs';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-bm3d-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function grey(value: number, side = 64) {
  return { width: side, height: side, data: new Float32Array(3 * side * side).fill(value) };
}

describe('noise of the bench', () => {
  it('has its deviation, is 8-bit and depends only on the name', () => {
    const made = noisy(grey(0.5), 'a.png', 25);
    const mean = made.data.reduce((sum, value) => sum + value, 0) / made.data.length;
    const power = made.data.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(255 * Math.sqrt(power / made.data.length)).toBeCloseTo(25, 0);
    expect(fromBytes(toBytes(made), 64, 64).data).toEqual(made.data);
    expect(digestOf(noisy(grey(0.5), 'a.png', 25))).toBe(digestOf(made));
    expect(digestOf(noisy(grey(0.5), 'b.png', 25))).not.toBe(digestOf(made));
    expect(Math.min(...noisy(grey(0), 'a.png', 50).data)).toBe(0);
  });
});

describe('figures of BM3D', () => {
  it('are stored by noisy image, sorted', () => {
    const file = join(folder, 'figures.json');
    const target = grey(0.5);
    const [one, two] = [noisy(target, 'a', 15), noisy(target, 'b', 15)];
    keepFigures(two, grey(0.6), { set: 'S', name: 'b', target }, file);
    const kept = keepFigures(one, grey(0.6), { set: 'S', name: 'a', target }, file);
    expect(kept.psnr).toBeCloseTo(20, 3);
    const figures = readFigures(file);
    expect(Object.keys(figures)).toEqual([digestOf(one), digestOf(two)]);
    expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
  });

  it('say why they cannot be computed', () => {
    expect(withoutBm3d('no-such-python')).toBe('no-such-python does not start');
    expect(readFigures(join(folder, 'none.json'))).toEqual({});
  });
});
