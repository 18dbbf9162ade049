import { describe, expect, it } from 'vitest';
import { regionOf } from '../src/region.ts';

const image = { width: 1000, height: 400 };

describe('the part of an image that fills a pane', () => {
  it('is centred on a point and stays within the image', () => {
    const pane = { width: 300, height: 200 };
    expect(regionOf(image, pane, { x: 500, y: 200 })).toEqual({
      ...{ x: 350, y: 100 },
      ...pane,
    });
    expect(regionOf(image, pane, { x: 0, y: 999 })).toEqual({ ...{ x: 0, y: 200 }, ...pane });
  });

  it('is no larger than the image and than four parts may be at once', () => {
    expect(regionOf(image, { width: 2000, height: 2000 }, { x: 0, y: 0 })).toEqual({
      ...{ x: 0, y: 0 },
      ...{ width: 512, height: 400 },
    });
  });
});
