import { createSession } from '@pip-graft/runtime';
import { node, picture, tinyModel } from '@pip-graft/test-utils';
import { float32Tensor } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { doorSession } from '../../src/door/door-session.ts';

test('runs images one by one if a map beside them has room for one', async () => {
  const session = await createSession(
    tinyModel({
      // Concat, unlike Add, does not repeat the map for a second image.
      nodes: [
        node('Concat', ['input', 'map'], 'both', { axis: { int: 1 } }),
        node('ReduceSum', ['both', 'channels'], 'sum', { keepdims: { int: 1 } }),
        node('Sub', ['sum', 'map'], 'grey'),
        node('Concat', ['grey', 'grey', 'grey'], 'output', { axis: { int: 1 } }),
      ],
      inputs: [picture('input'), { name: 'map', dataType: 'float32', dims: [1, 1, 'h', 'w'] }],
      outputs: [picture('output')],
      initializers: [
        {
          name: 'channels',
          dataType: 'int64',
          dims: [1],
          data: new Uint8Array(BigInt64Array.of(1n).buffer),
        },
      ],
    }),
  );
  const door = { input: 'input', output: 'output', feeds: { map: 0.5 } };
  const opened = doorSession(session, door, { steering: [] });
  expect(opened.inputs[0]!.dims[0]).toBe(1);
  const two = float32Tensor([2, 3, 1, 1], [0.1, 0.1, 0.1, 0.2, 0.2, 0.2]);
  const { output } = await opened.run({ input: two });
  expect(output!.dims).toEqual([2, 3, 1, 1]);
  const sums = [0.3, 0.3, 0.3, 0.6, 0.6, 0.6];
  for (const [at, value] of sums.entries()) expect(output!.data[at]).toBeCloseTo(value);
  await session.release();
});
