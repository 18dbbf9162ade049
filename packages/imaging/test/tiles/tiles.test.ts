import { planTiles, type TileOptions } from '@pip-graft/imaging';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const plan = (width: number, height: number, options: TileOptions) =>
  planTiles({ width, height }, options);

describe('planTiles', () => {
  test('uses one tile for an image that fits, grown to the multiple', () => {
    expect(plan(451, 300, { tile: 512, overlap: 32, sizeMultiple: 8 })).toEqual({
      width: 456,
      height: 304,
      columns: [0],
      rows: [0],
    });
    expect(plan(451, 300, { tile: Number.POSITIVE_INFINITY, overlap: 0 }).width).toBe(451);
  });

  test('evens tiles out: three of 355, not two of 512 and a rest', () => {
    expect(plan(1000, 300, { tile: 512, overlap: 32 })).toEqual({
      width: 355,
      height: 300,
      columns: [0, 323, 645],
      rows: [0],
    });
  });

  test('sizes and starts are multiples; the last tile extends past the edge by less than one', () => {
    expect(plan(1001, 97, { tile: 300, overlap: 20, sizeMultiple: 16 })).toEqual({
      width: 288,
      height: 112,
      columns: [0, 240, 480, 720],
      rows: [0],
    });
  });

  test('several tiles follow the step, a single one only the multiple', () => {
    expect(plan(451, 300, { tile: 256, overlap: 32, tileStep: 16 })).toEqual({
      width: 256,
      height: 176,
      columns: [0, 208],
      rows: [0, 128],
    });
    expect(plan(451, 300, { tile: 451, overlap: 32, tileStep: 16 })).toEqual({
      width: 451,
      height: 300,
      columns: [0],
      rows: [0],
    });
    expect(plan(100, 10, { tile: 60, overlap: 0, sizeMultiple: 6, tileStep: 4 }).columns).toEqual([
      0, 48,
    ]);
  });

  test('keeps the size built into the model, also for a smaller image', () => {
    expect(plan(50, 200, { tile: 512, overlap: 16, width: 96, height: 96 })).toEqual({
      width: 96,
      height: 96,
      columns: [0],
      rows: [0, 52, 104],
    });
  });

  test('one built-in side leaves the other free', () => {
    expect(plan(100, 100, { tile: 60, overlap: 0, sizeMultiple: 4, width: 128 })).toEqual({
      width: 128,
      height: 52,
      columns: [0],
      rows: [0, 48],
    });
  });

  test('rejects impossible plans with the reason', () => {
    expect(() => plan(100, 100, { tile: 7, overlap: 0, sizeMultiple: 8 })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message:
          'tile of 7: too small, because this model needs multiples of 8; use a larger tile.',
      }),
    );
    expect(() => plan(100, 100, { tile: 32, overlap: 25, sizeMultiple: 8 })).toThrow(
      /^overlap of 32: it fills a tile of 32; use/,
    );
    expect(() => plan(100, 100, { tile: Number.NaN, overlap: 0 })).toThrow(/tile of NaN/);
  });

  test('every plan covers the image with the requested overlap and no larger tiles', () => {
    const cases = fc.record({
      side: fc.integer({ min: 1, max: 3000 }),
      tile: fc.integer({ min: 16, max: 900 }),
      overlap: fc.integer({ min: 0, max: 12 }),
      sizeMultiple: fc.constantFrom(1, 2, 8, 16),
    });
    const check = ({
      side,
      tile,
      overlap,
      sizeMultiple,
    }: Parameters<typeof plan>[2] & { side: number; sizeMultiple: number }) => {
      const shared = Math.ceil(overlap / sizeMultiple) * sizeMultiple;
      fc.pre(shared < Math.floor(tile / sizeMultiple) * sizeMultiple);
      const { width, columns } = plan(side, 1, { tile, overlap, sizeMultiple });
      const padded = Math.ceil(side / sizeMultiple) * sizeMultiple;
      expect(columns[0]).toBe(0);
      expect(columns.at(-1)! + width).toBe(padded);
      expect(width % sizeMultiple).toBe(0);
      expect(width).toBeLessThanOrEqual(Math.max(tile, sizeMultiple));
      for (const [index, start] of columns.slice(1).entries()) {
        expect(start % sizeMultiple).toBe(0);
        expect(columns[index]! + width - start).toBeGreaterThanOrEqual(shared);
      }
    };
    fc.assert(fc.property(cases, check), { numRuns: 2000, seed: 1 });
  });
});
