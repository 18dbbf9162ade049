export { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
export type { RawImage } from './image/rgba.ts';
export type { DeviceChoice } from './restorer/device-choice.ts';
export type { DetectOptions, RestorerDevice } from './restorer/types.ts';
export type { Weights } from './steer/weights-row.ts';
export { decodeFile } from './web/decode.ts';
export { type BlobType, Restored } from './web/restored.ts';
export {
  type OpenOptions,
  Restorer,
  type RestorerOptions,
  type WebProgress as Progress,
} from './web/restorer.ts';
export type { ImageSource } from './web/to-sent.ts';
