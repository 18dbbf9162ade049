/**
 * Makes a float16 tensor of onnxruntime's hold bits, as on Node 20. Where there is a Float16Array,
 * as in Node 24, it holds that, from which onnxruntime-node reads nothing.
 */
export function asBits<T extends { readonly type: string; readonly data: unknown }>(tensor: T): T {
  if (tensor.type !== 'float16') return tensor;
  const { buffer, byteOffset, byteLength } = tensor.data as Uint16Array;
  const value = new Uint16Array(buffer, byteOffset, byteLength / 2);
  return Object.defineProperty(tensor, 'data', { value });
}
