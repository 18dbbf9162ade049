import type { TypedTensor } from '@pip-graft/weights';

/** Whether two tensors have the same type, shape and bits; NaN equals itself, 0 and -0 differ. */
export function sameBits(a: TypedTensor, b: TypedTensor): boolean {
  return (
    a.type === b.type &&
    a.dims.join() === b.dims.join() &&
    Buffer.compare(bytesOf(a), bytesOf(b)) === 0
  );
}

function bytesOf({ data }: TypedTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
