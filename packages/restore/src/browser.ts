export { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
export type { RawImage } from './image/rgba.ts';
export type { Weights } from './restorer/loaded-model.ts';
export type { DetectOptions, DeviceChoice, RestorerDevice } from './restorer/options.ts';
export { decodeFile } from './web/decode.ts';
export { type BlobType, Restored } from './web/restored.ts';
export {
  type OpenOptions,
  Restorer,
  type RestorerOptions,
  type WebProgress as Progress,
} from './web/restorer.ts';
export type { ImageSource } from './web/to-sent.ts';
