export { checkExternalFile } from './check-external-file.ts';
export { copyFileTo, isPlaced } from './copy-file.ts';
export {
  argumentPath,
  filePath,
  followLink,
  listEntries,
  listNames,
  pathText,
  realPath,
} from './file-path.ts';
export {
  changed,
  type FileSource,
  type FileState,
  fileSource,
  fileState,
  isUnchanged,
} from './file-source.ts';
export { hubFolders, hubRepository, isBelow } from './hub-snapshot.ts';
export { ioError } from './io-error.ts';
export { makeFolder, syncFolder, unmakeFolders } from './make-folder.ts';
export { type OpenedModel, openModel } from './open-model.ts';
export { isRunning } from './process-mark.ts';
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
  newWrite,
  parseTemporaryName,
  type TemporaryKind,
  type TemporaryName,
  temporaryPath,
} from './temporary-name.ts';
export { replaceable, writeAtomic } from './write-atomic.ts';
export { type WriteOptions, writeNew } from './write-new.ts';
