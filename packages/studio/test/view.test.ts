import { describe, expect, it } from 'vitest';
import { fitView, panView, regionOf, zoomView } from '../src/view.ts';

const image = { width: 1000, height: 500 };
const stage = { width: 500, height: 500 };

describe('the view of an image', () => {
  it('fits the whole image in the middle of the stage', () => {
    expect(fitView(image, stage)).toEqual({ scale: 0.5, x: 0, y: 125 });
    expect(fitView({ width: 10, height: 10 }, stage)).toEqual({ scale: 2, x: 240, y: 240 });
  });

  it('zooms around a point, which stays in place', () => {
    const at = { x: 100, y: 200 };
    const view = zoomView(fitView(image, stage), 2, at, image, stage);
    const before = { x: (at.x - 0) / 0.5, y: (at.y - 125) / 0.5 };
    expect((at.x - view.x) / view.scale).toBeCloseTo(before.x);
    expect((at.y - view.y) / view.scale).toBeCloseTo(before.y);
  });

  it('keeps the image on the stage and the scale within bounds', () => {
    const view = zoomView(fitView(image, stage), 1, { x: 0, y: 0 }, image, stage);
    expect(panView(view, 9999, 0, image, stage).x).toBe(0);
    expect(panView(view, -9999, 0, image, stage).x).toBe(-500);
    expect(zoomView(view, 1e9, { x: 0, y: 0 }, image, stage).scale).toBe(16);
    expect(zoomView(view, 0, { x: 0, y: 0 }, image, stage).scale).toBe(0.5);
  });
});

describe('region', () => {
  const image = { width: 1000, height: 400 };

  describe('the part of an image that fills a pane', () => {
    it('is centred on a point and stays within the image', () => {
      const pane = { width: 300, height: 200 };
      expect(regionOf(image, pane, { x: 500, y: 200 })).toEqual({
        x: 350,
        y: 100,
        ...pane,
      });
      expect(regionOf(image, pane, { x: 0, y: 999 })).toEqual({ x: 0, y: 200, ...pane });
    });

    it('is no larger than the image and than four parts may be at once', () => {
      expect(regionOf(image, { width: 2000, height: 2000 }, { x: 0, y: 0 })).toEqual({
        x: 0,
        y: 0,
        width: 512,
        height: 400,
      });
    });
  });
});
