export { readLater } from '../model/read-model.ts';
export { checkExternalFile, hubFolders, hubRepository, isBelow } from './check-external-file.ts';
export { copyFileTo, isPlaced } from './copy-file.ts';
export {
  argumentPath,
  filePath,
  followLink,
  ioError,
  isFile,
  listEntries,
  listNames,
  makeFolder,
  pathText,
  realPath,
  syncFolder,
  unmakeFolders,
} from './file-path.ts';
export {
  changed,
  type FileSource,
  type FileState,
  fileSource,
  fileState,
  isUnchanged,
} from './file-source.ts';
export { type OpenedModel, openModel } from './open-model.ts';
export {
  type ExternalMode,
  externalModes,
  type Rehomed,
  rehomeExternal,
} from './rehome-external.ts';
export { replaceTogether, type Staged, stageTogether } from './replace-together.ts';
export {
  digest,
  type SavedExternalized,
  type SaveExternalizedOptions,
  saveExternalized,
} from './save-externalized.ts';
export { type SaveOptions, saveModel } from './save-model.ts';
export {
  finishLeftovers,
  isLeftoverOf,
  sweepLeftovers,
  sweepOnce,
  withoutLeftovers,
} from './sweep-leftovers.ts';
export { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';
export {
  cutName,
  isRunning,
  newWrite,
  parseTemporaryName,
  type TemporaryKind,
  type TemporaryName,
  temporaryPath,
} from './temporary-name.ts';
export { replaceable, type WriteOptions, writeAtomic, writeNew } from './write-atomic.ts';
