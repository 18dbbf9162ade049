import { describe, expect, it } from 'vitest';
import { presetsOf } from '../src/presets.ts';

describe('the presets of a model', () => {
  it('are a light touch, each label alone, and the mixtures of known labels', () => {
    const presets = presetsOf(['rain', 'noise', 'low-light']);
    expect(presets.map(({ name }) => name)).toEqual([
      'Light touch',
      'Rain',
      'Noise',
      'Low light',
      'Night',
      'Grain',
    ]);
    expect(presets[3]).toEqual({
      name: 'Low light',
      weights: { rain: 0, noise: 0, 'low-light': 1 },
      strength: 1,
    });
    expect(presets[4]!.weights).toEqual({ rain: 0, noise: 0.5, 'low-light': 1 });
    expect(presets[0]!.strength).toBe(0.5);
  });

  it('have no weight for a label that every object has', () => {
    expect(presetsOf(['rain', 'constructor'])[1]!.weights).toEqual({ rain: 1, constructor: 0 });
  });

  it('are empty for a model without labels', () => {
    expect(presetsOf([])).toEqual([]);
  });
});
