import { own } from '@pip-graft/onnx-graft';
import type { TensorFeeds, TypedTensor } from '@pip-graft/weights';
import type { SessionValue } from '../session/session.ts';
import type { InputDims } from '../session/shaped-session.ts';

/** Bits of 0.5 in float16. */
const half = 0x3800;

/** Inputs of given shapes filled with 0.5, or a middle grey of bytes, created in the worker because sending them would cost memory. */
export function greyFeeds(inputs: readonly SessionValue[], dims: InputDims): TensorFeeds {
  return Object.fromEntries(
    inputs.map(({ name, type }): [string, TypedTensor] => {
      const shape = own(dims, name) ?? [];
      const count = shape.reduce((product, size) => product * size, 1);
      return [name, grey(type, shape, count)];
    }),
  );
}

function grey(type: SessionValue['type'], dims: readonly number[], count: number): TypedTensor {
  if (type === 'float16') return { type, dims, data: new Uint16Array(count).fill(half) };
  if (type === 'uint8') return { type, dims, data: new Uint8Array(count).fill(128) };
  if (type === 'int32') return { type, dims, data: new Int32Array(count).fill(1) };
  if (type === 'int64') return { type, dims, data: new BigInt64Array(count).fill(1n) };
  return { type: 'float32', dims, data: new Float32Array(count).fill(0.5) };
}
