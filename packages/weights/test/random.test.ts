import { constant, kaimingUniform, normal, Random } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';

const draw = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.normal());

describe('Random', () => {
  it('repeats itself for one seed and differs for another', () => {
    expect(draw(new Random(3), 5)).toEqual(draw(new Random(3), 5));
    expect(draw(new Random(3), 5)).not.toEqual(draw(new Random(4), 5));
  });

  it('is the same on every machine and in every version', () => {
    const random = new Random(0);
    expect([random.uniform(), random.below(1000), random.normal()]).toMatchInlineSnapshot(`
      [
        0.5550536085781135,
        991,
        0.7412658740010929,
      ]
    `);
  });

  it('forks depend on seed and name, not on what was drawn', () => {
    const used = new Random(1);
    draw(used, 7);
    expect(draw(used.fork('a'), 3)).toEqual(draw(new Random(1).fork('a'), 3));
    expect(draw(used.fork('a'), 3)).not.toEqual(draw(used.fork('b'), 3));
    expect(draw(new Random(2).fork('a'), 3)).not.toEqual(draw(new Random(1).fork('a'), 3));
  });

  it('draws normal numbers with the moments of a normal distribution', () => {
    const values = draw(new Random(11), 40_000);
    const moment = (power: number) =>
      values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
  });

  it('draws uniform numbers evenly within the bounds', () => {
    const random = new Random(5);
    const values = Array.from({ length: 10_000 }, () => random.uniform(-2, 3));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(3);
    expect(values.filter((x) => x < -1).length / values.length).toBeCloseTo(0.2, 1);
  });

  it('rejects a seed that is not a whole number', () => {
    expect(() => new Random(1.5)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('kaimingUniform', () => {
  it('fills ±1/sqrt(fan-in), where the fan-in is all axes but the first', () => {
    const { dims, data } = kaimingUniform([40, 4, 3, 3], new Random(0));
    const bound = 1 / 6;
    expect(dims).toEqual([40, 4, 3, 3]);
    expect(Math.max(...data)).toBeLessThanOrEqual(bound);
    expect(Math.max(...data)).toBeGreaterThan(bound * 0.98);
    expect(Math.min(...data)).toBeLessThan(-bound * 0.98);
  });

  it('accepts the fan-in of a bias', () => {
    const { data } = kaimingUniform([400], new Random(0), 100);
    expect(Math.max(...data)).toBeLessThanOrEqual(0.1);
    expect(Math.max(...data)).toBeGreaterThan(0.09);
  });

  it('rejects an empty fan-in', () => {
    expect(() => kaimingUniform([3, 0], new Random(0))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('normal and constant', () => {
  it('scale and fill', () => {
    const narrow = normal([1000], new Random(0), 0.01).data;
    expect(Math.max(...narrow.map(Math.abs))).toBeLessThan(0.06);
    expect(Math.max(...narrow)).toBeGreaterThan(0.02);
    expect(constant([2, 1], 0.2)).toEqual({ dims: [2, 1], data: new Float32Array([0.2, 0.2]) });
  });
});
