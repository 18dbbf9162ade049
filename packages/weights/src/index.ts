export { byPrefix, type Prefixed } from './checkpoint/by-prefix.ts';
export type { StoredTensor, StoredTensors } from './checkpoint/checkpoint.ts';
export { type ChoiceOptions, choosePrefixed } from './checkpoint/choose-prefixed.ts';
export { shownName } from './checkpoint/shown-name.ts';
export {
  decodeFloats,
  encodeFloats,
  fromBFloat16,
  fromFloat16,
  type StoredFloat,
  toBFloat16,
  toFloat16,
} from './convert.ts';
export { constant, kaimingUniform, normal } from './init.ts';
export { Random } from './random.ts';
export type { TensorHeader } from './safetensors/open.ts';
export { openSafetensors, readSafetensors, type SafetensorsFile } from './safetensors/open.ts';
export { writeSafetensors } from './safetensors/write.ts';
export { nonFinite } from './tensor/non-finite.ts';
export { fromFloat32, toFloat32 } from './tensor/to-float32.ts';
export {
  float32Tensor,
  type TensorFeeds,
  type TensorType,
  type TypedTensor,
  type TypedTensorOf,
} from './tensor/typed-tensor.ts';
export { elementCount, type FloatTensor, floatTensor, type TensorMap } from './tensor-map.ts';
