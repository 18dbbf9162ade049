/**
 * File-system helpers for programs that read and write models: safe paths, and atomic replacement.
 */
export {
  argumentPath,
  copyFileTo,
  digest,
  type ExternalMode,
  externalModes,
  filePath,
  fileSource,
  followLink,
  hubFolders,
  ioError,
  isLeftoverOf,
  listEntries,
  makeFolder,
  realPath,
  replaceTogether,
  type Staged,
  stageTogether,
  sweepLeftovers,
  sweepOnce,
  temporaryFolder,
  temporaryPath,
  withoutLeftovers,
  writeAtomic,
} from '@pip-graft/onnx-graft/node';
