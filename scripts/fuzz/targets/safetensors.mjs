import { elementCount, floatTensor, readSafetensors, writeSafetensors } from '@pip-graft/weights';
import { expect, sameBytes } from '../check.mjs';
import { mutateBlind } from '../mutate/blind.mjs';
import { mutateSafetensors } from '../mutate/safetensors.mjs';

let made;

function files() {
  const ramp = (...dims) =>
    floatTensor(
      dims,
      Float32Array.from({ length: elementCount(dims) }, (_, i) => i - 3.5),
    );
  const tensors = new Map([
    ['a.weight', ramp(4, 2, 3, 3)],
    ['a.bias', ramp(4)],
    ['scalar', ramp()],
    ['none', ramp(0, 3)],
    ['1', ramp(5)],
  ]);
  made ??= [
    writeSafetensors(tensors, { format: 'pt' }),
    writeSafetensors(tensors, {}, 'float16'),
    writeSafetensors(tensors, {}, 'bfloat16'),
    writeSafetensors(tensors, { note: 'x' }, 'float64'),
    writeSafetensors(new Map(), {}),
  ];
  return made;
}

/**
 * safetensors files: what is read must be complete, and survive a round trip.
 */
export const safetensors = {
  name: 'safetensors',
  share: 20,
  make(dice) {
    const bytes = dice.pick(files());
    const way = dice.below(10);
    const known = way < 7 ? mutateSafetensors(bytes, dice) : bytes;
    return {
      'model.safetensors': way < 6 ? known : mutateBlind(known, dice, dice.pick(files())),
    };
  },
  run(given) {
    const { tensors } = readSafetensors(given['model.safetensors']);
    for (const [name, { dims, data }] of tensors) {
      expect(
        elementCount(dims) === data.length,
        `'${name.slice(0, 40)}' has as many elements as its shape`,
      );
    }
    const written = writeSafetensors(tensors, {}, 'float64');
    const again = writeSafetensors(readSafetensors(written).tensors, {}, 'float64');
    expect(sameBytes(written, again), 'writing what was read gives the same file');
    return 'read';
  },
};
