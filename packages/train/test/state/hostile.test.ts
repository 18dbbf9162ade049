import { GraftError } from '@pip-graft/onnx-graft';
import type { TrainingState } from '@pip-graft/train';
import { type FloatTensor, Random, readSafetensors, writeSafetensors } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { decodeState, encodeState } from '../../src/state/state-file.ts';
import { aState } from './a-state.ts';

const key = 'pip-graft.training-state';
const sound = encodeState(aState());

/** The valid file with its tensors or its record changed. */
function changed(
  tensors: (all: Map<string, FloatTensor>) => void = () => {},
  record: (fields: Record<string, unknown>) => unknown = (fields) => fields,
): Uint8Array {
  const file = readSafetensors(sound);
  const all = new Map(file.tensors);
  tensors(all);
  return writeSafetensors(all, { [key]: JSON.stringify(record(JSON.parse(file.metadata[key]!))) });
}

function refused(bytes: Uint8Array, code: string, message: RegExp): void {
  expect(() => decodeState(bytes, 'state')).toThrow(message);
  expect(() => decodeState(bytes, 'state')).toThrow(expect.objectContaining({ code }));
}

describe('tensors that do not match the record', () => {
  it.each<[string, (all: Map<string, FloatTensor>) => void, RegExp]>([
    [
      'missing',
      (all) => {
        all.delete('m/2');
        all.delete('average/10');
      },
      /^state: .*tensor 'average\/10' is missing; tensor 'm\/2' is missing\.$/,
    ],
    [
      'missing parameter',
      (all) => all.delete('parameter/2'),
      /tensor 'parameter\/2' is missing\.$/,
    ],
    [
      'extra',
      (all) => all.set('m/none', { dims: [1], data: Float32Array.of(1) }),
      /tensor 'm\/none' belongs to no part of the record/,
    ],
    [
      'of another shape',
      (all) => all.set('v/2', { dims: [2, 1], data: Float32Array.of(1, 2) }),
      /tensor 'v\/2' has shape \[2, 1\] instead of its parameter's \[1, 2\]/,
    ],
    [
      'many, of which it lists eight',
      (all) => all.clear(),
      /(tensor '[^']*' is missing; ){8}and 4 more\.$/,
    ],
  ])('are rejected by name: %s', (_, change, message) => {
    refused(changed(change), 'ADAPTER_INVALID', message);
  });

  it('are rejected as float16, which would not be exact', () => {
    const { tensors, metadata } = readSafetensors(sound);
    const halves = [...tensors].map(
      ([name, tensor]) => [name, { ...tensor, data: tensor.data.map(() => 0.5) }] as const,
    );
    refused(
      writeSafetensors(new Map(halves), metadata, 'float16'),
      'ADAPTER_INVALID',
      /tensor 'parameter\/level1.gate' is of F16 instead of F32/,
    );
  });

  it('are rejected if the record has no steps or averages', () => {
    const bytes = changed(undefined, (fields) => ({ ...fields, average: false }));
    refused(bytes, 'ADAPTER_INVALID', /tensor 'average\/10' belongs to no part of the record/);
    const optimiser = { step: 0, betas: [0.9, 0.99], eps: 0, weightDecay: 0 };
    const fresh = changed(undefined, (fields) => ({ ...fields, optimiser }));
    refused(fresh, 'ADAPTER_INVALID', /tensor 'm\/10' belongs to no part of the record/);
  });
});

describe('an invalid record', () => {
  it('is rejected if it is missing or not JSON', () => {
    const { tensors } = readSafetensors(sound);
    refused(writeSafetensors(tensors), 'ADAPTER_INVALID', /^state: not a training state/);
    refused(writeSafetensors(tensors, { [key]: '{"step":' }), 'ADAPTER_INVALID', /is not JSON/);
    const deep = '['.repeat(200_000);
    refused(
      writeSafetensors(tensors, { [key]: deep }),
      'ADAPTER_INVALID',
      /is not JSON|nested more/,
    );
    for (const root of [null, 1, [], 'text']) {
      refused(
        changed(undefined, () => root),
        'ADAPTER_INVALID',
        /expected an object/,
      );
    }
  });

  it.each<[string, unknown, RegExp]>([
    [
      'version',
      2,
      /has version 2, but this version of PIP Graft reads 1; use the one that wrote it/,
    ],
    ['version', undefined, /'version' is missing/],
    ['step', -1, /'step' must be a whole number of at least 0/],
    ['step', 1e300, /'step'/],
    ['step', '4', /'step'/],
    ['seed', 0.5, /'seed' must be a whole number or text/],
    ['seed', null, /'seed'/],
    ['names', ['2', '2'], /'names' must hold names that differ/],
    ['names', { length: 1 }, /'names'/],
    ['names', [1], /'names'/],
    ['average', 'yes', /'average' must be true or false/],
    ['losses', [1, null], /'losses' entry 2 must be a number/],
    ['losses', ['nan'], /'losses'/],
    ['losses', ['toString'], /'losses'/],
    ['losses', 'NaN', /'losses'/],
    ['optimiser', { step: 3 }, /'optimiser': 'betas' is missing/],
    ['optimiser', { step: 3, betas: [1, 0], eps: 0, weightDecay: 0 }, /'optimiser'/],
    ['optimiser', { step: 3, betas: [0.9], eps: 0, weightDecay: 0 }, /'optimiser'/],
    ['optimiser', { step: 3, betas: [0, 0], eps: 'NaN', weightDecay: 0 }, /'optimiser'/],
    ['optimiser', { step: 0.5, betas: [0, 0], eps: 0, weightDecay: 0 }, /'optimiser'/],
    ['origin', { options: {}, host: '' }, /'origin': 'adapter' is missing/],
    ['origin', { options: 'text', host: '', adapter: '' }, /'origin'/],
    ['origin', [], /'origin'/],
    ['changes', {}, /'changes' must be a list/],
    ['changes', [{ step: -1, option: 'rate', from: 1, to: 2 }], /'changes'/],
    ['changes', [{ step: 1, option: 'rate', from: 1 }], /'changes'/],
    ['best', undefined, /'best' is missing/],
    ['best', { step: 1.5, figure: 1 }, /'best'/],
  ])("is rejected: '%s' %j", (field, value, message) => {
    refused(
      changed(undefined, (fields) => ({ ...fields, [field]: value })),
      'ADAPTER_INVALID',
      message,
    );
  });

  it('is rejected with more losses than are kept', () => {
    const losses = new Array<number>(2_000_001).fill(0);
    refused(
      changed(undefined, (fields) => ({ ...fields, losses })),
      'LIMIT_EXCEEDED',
      /at most 2000000 losses/,
    );
  });
});

describe('bytes', () => {
  it('are CORRUPT_FILE when truncated anywhere', () => {
    for (let length = 0; length < sound.length; length++) {
      refused(sound.subarray(0, length), 'CORRUPT_FILE', /^state: /);
    }
  });

  it('with one flipped bit are never another state', () => {
    const text = (state: TrainingState) => Buffer.from(encodeState(state)).toString('base64');
    const whole = text(aState());
    let rejected = 0;
    for (let bit = 0; bit < 8 * sound.length; bit++) {
      const bytes = sound.slice();
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      try {
        const state = decodeState(bytes, 'state');
        if (text(state) !== whole)
          expect.fail(`bit ${bit & 7} of byte ${bit >> 3} changes the state`);
      } catch (error) {
        expect(error).toBeInstanceOf(GraftError);
        rejected++;
      }
    }
    expect(rejected).toBeGreaterThan(7.5 * sound.length);
    const last = sound.slice();
    last[last.length - 2] = last[last.length - 2]! ^ 4;
    refused(last, 'CORRUPT_FILE', /^state: damaged: its contents do not have the digest/);
  });

  it('of an earlier version, without a digest, are read', () => {
    expect(decodeState(changed())).toEqual(aState());
  });

  it('with flipped bits are read or rejected with a GraftError, nothing else', () => {
    const random = new Random(5);
    for (let trial = 0; trial < 2000; trial++) {
      const bytes = sound.slice();
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        const at = random.below(bytes.length);
        bytes[at] = bytes[at]! ^ (1 << random.below(8));
      }
      try {
        // What can be read must also be writable: nothing invalid came through.
        encodeState(decodeState(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(GraftError);
        expect((error as GraftError).code).toMatch(/CORRUPT_FILE|ADAPTER_INVALID|LIMIT_EXCEEDED/);
      }
    }
  });
});
