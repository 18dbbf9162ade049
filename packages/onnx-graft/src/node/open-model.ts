import { dirname, resolve } from 'node:path';
import { externalLength, externalTensors } from '../model/external-tensors.ts';
import type { Model } from '../model/model.ts';
import { readModel } from '../model/read-model.ts';
import type { ExternalReader } from '../model/read-tensor.ts';
import { checkExternalFile } from './check-external-file.ts';
import { type FileSource, fileSource } from './file-source.ts';
import { changed, type FileState, fileState, isUnchanged } from './file-state.ts';

/** A model in a file, with the files that hold its external data. */
export interface OpenedModel {
  readonly model: Model;
  readonly path: string;
  /** The folder that locations of external data are relative to. */
  readonly folder: string;
  /** The files of external data that the model names. */
  readonly locations: ReadonlySet<string>;
  /** Reads external data; opens each file once. */
  readonly external: ExternalReader;
  /** Throws `READ_FAILED` when the model or a data file changed since it was opened. */
  verify(): void;
  close(): void;
}

/**
 * Opens an ONNX file and checks that its external data is there, whole and inside its folder.
 *
 * Errors: those of {@link readModel}; `NOT_FOUND` for a missing file; `UNSAFE_FILE` for external
 * data outside the folder or behind a symbolic link; `CORRUPT_FILE` for data that is too short.
 *
 * @example
 * const { model } = openModel('restormer.onnx');
 */
export function openModel(path: string): OpenedModel {
  const source = fileSource(path);
  const open = new Map<string, FileSource>();
  const folder = dirname(resolve(path));
  const close = (): void => {
    source.close();
    for (const file of open.values()) file.close();
    open.clear();
  };
  try {
    const model = readModel(source);
    const ends = new Map<string, { end: number; tensor: string }>();
    for (const { tensor, data } of externalTensors(model)) {
      const end = data.offset + (externalLength(tensor, data) ?? 0);
      if (end >= (ends.get(data.location)?.end ?? 0))
        ends.set(data.location, { end, tensor: tensor.name });
    }
    const data = new Map<string, FileState | undefined>();
    for (const [location, last] of ends) {
      const file = checkExternalFile(path, folder, location, last);
      data.set(file, fileState(file));
    }
    const verify = (): void => {
      source.verify?.();
      for (const [file, before] of data) {
        if (before && !isUnchanged(before, fileState(file))) throw changed(file);
      }
    };
    const external: ExternalReader = (location) => {
      let file = open.get(location);
      if (!file) {
        file = fileSource(checkExternalFile(path, folder, location));
        open.set(location, file);
      }
      return file;
    };
    return { model, path, folder, locations: new Set(ends.keys()), external, verify, close };
  } catch (error) {
    close();
    throw error;
  }
}
