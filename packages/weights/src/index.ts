export {
  byPrefix,
  type ChoiceOptions,
  choosePrefixed,
  isAverage,
  type Prefixed,
} from './checkpoint/by-prefix.ts';
export { type StoredTensor, type StoredTensors, shownName } from './checkpoint/checkpoint.ts';
export {
  decodeFloats,
  encodeFloats,
  firstTooLarge,
  fromBFloat16,
  fromFloat16,
  type StoredFloat,
  toBFloat16,
  toFloat16,
  whyNotHeld,
} from './convert.ts';
export { constant, kaimingUniform, normal, Random } from './random.ts';
export type { TensorHeader } from './safetensors/open.ts';
export { openSafetensors, readSafetensors, type SafetensorsFile } from './safetensors/open.ts';
export { safetensorsParts, writeSafetensors } from './safetensors/write.ts';
export {
  elementCount,
  emptyRecord,
  type FloatTensor,
  float32Tensor,
  floatTensor,
  fromFloat32,
  isObject,
  nonFinite,
  type TensorFeeds,
  type TensorMap,
  type TensorType,
  type TypedTensor,
  type TypedTensorOf,
  toFloat32,
  tooWide,
} from './tensors.ts';
