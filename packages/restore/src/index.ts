export { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
export { behindDoor } from './door/behind-door.ts';
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
  resultName,
  unreadExtensions,
} from './image/formats.ts';
export { oneAtATime } from './image/one-at-a-time.ts';
export { decodeImage, type ReadImageOptions, readImage } from './image/read-image.ts';
export type { RawImage } from './image/rgba.ts';
export { type EncodeOptions, encodeImage, writeImage } from './image/write-image.ts';
export type { DeviceChoice } from './restorer/device-choice.ts';
export { findModel } from './restorer/find-model.ts';
export { partsOfFile } from './restorer/parts-of-file.ts';
export { type BlobType, Restored } from './restorer/restored.ts';
export { type OpenOptions, Restorer } from './restorer/restorer.ts';
export type { ImageSource } from './restorer/to-image.ts';
export type {
  DetectOptions,
  Progress,
  RestorerDevice,
  RestorerOptions,
} from './restorer/types.ts';
export { type ModelParts, modelParts } from './run/model-parts.ts';
export { restoreImage } from './run/restore-image.ts';
export {
  defaultOverlap,
  isOutOfMemory,
  type RestoreTiledOptions,
  restoreTiled,
} from './run/restore-tiled.ts';
export { imageInput, imageOutput, type RestoreOptions } from './run/run-image.ts';
export { type TileGap, tileGap } from './run/tile-gap.ts';
export { type ModelSettings, settingsOf } from './steer/settings-of.ts';
export { degradationTensor } from './steer/steering.ts';
export type { Weights } from './steer/weights-row.ts';
