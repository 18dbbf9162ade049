export { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
export type { Door, DoorOptions } from './door/door.ts';
export { doorSession, nativeFeeds } from './door/door-session.ts';
export { type OpenDoorOptions, type OpenedDoor, openDoor } from './door/open-door.ts';
export {
  droppedBy,
  formatOf,
  type ImageFormat,
  type ImageSize,
  imageExtensions,
  imageLimits,
  imageSize,
  loadSharp,
  oneAtATime,
  resultName,
  unreadExtensions,
} from './image/formats.ts';
export { keepGrey } from './image/keep-grey.ts';
export { decodeImage, type ReadImageOptions, readImage } from './image/read-image.ts';
export type { RawImage } from './image/rgba.ts';
export { type EncodeOptions, encodeImage, writeImage } from './image/write-image.ts';
export { type BlobType, type ImageSource, Restored } from './restorer/images.ts';
export {
  behindDoor,
  type ModelSettings,
  settingsOf,
  type Weights,
} from './restorer/loaded-model.ts';
export { findModel, partsOfFile } from './restorer/model-file.ts';
export type {
  DetectOptions,
  DeviceChoice,
  Progress,
  RestorerDevice,
  RestorerOptions,
} from './restorer/options.ts';
export { type OpenOptions, Restorer } from './restorer/restorer.ts';
export { isOutOfMemory } from './run/failure.ts';
export { type ModelParts, modelParts } from './run/model-parts.ts';
export {
  defaultOverlap,
  type RestoreTiledOptions,
  restoreTiled,
  type TileGap,
  tileGap,
} from './run/restore-tiled.ts';
export { imageInput, imageOutput, type RestoreOptions, restoreImage } from './run/run-image.ts';
export { clipWarning, strengthWarning } from './run/warnings.ts';
export { degradationTensor } from './steer/steering.ts';
