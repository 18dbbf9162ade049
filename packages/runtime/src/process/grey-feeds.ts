import { own } from '@pip-graft/onnx-graft';
import type { TensorFeeds, TypedTensor } from '@pip-graft/weights';
import type { SessionValue } from '../session/session.ts';
import type { InputDims } from '../session/shaped-session.ts';

/** Bits of 0.5 in float16. */
const half = 0x3800;

/** Inputs of given shapes filled with 0.5, created in the worker because sending them would cost memory. */
export function greyFeeds(inputs: readonly SessionValue[], dims: InputDims): TensorFeeds {
  return Object.fromEntries(
    inputs.map(({ name, type }): [string, TypedTensor] => {
      const shape = own(dims, name) ?? [];
      const count = shape.reduce((product, size) => product * size, 1);
      const grey: TypedTensor =
        type === 'float16'
          ? { type, dims: shape, data: new Uint16Array(count).fill(half) }
          : { type: 'float32', dims: shape, data: new Float32Array(count).fill(0.5) };
      return [name, grey];
    }),
  );
}
