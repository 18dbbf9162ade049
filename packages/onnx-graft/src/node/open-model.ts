import { dirname, resolve } from 'node:path';
import * as argument from '../argument.ts';
import type { Model } from '../model/model.ts';
import { readModel } from '../model/read-model.ts';
import { externalLength, externalTensors } from '../model/tensors.ts';
import type { ByteSource } from '../wire/source.ts';
import { checkExternalFile } from './check-external-file.ts';
import {
  changed,
  type FileSource,
  type FileState,
  fileSource,
  fileState,
  isUnchanged,
} from './file-source.ts';

/**
 * A model in a file; the file and those of its external data stay open. Close it, or declare it
 * with `using`.
 */
export interface OpenedModel {
  readonly model: Model;
  readonly path: string;
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Opens an ONNX file and checks that its external data exists, is complete and is inside its
 * folder.
 *
 * Errors: those of {@link readModel}; `NOT_FOUND` for a missing file; `UNSAFE_FILE` for external
 * data outside the folder or behind a symbolic link; `CORRUPT_FILE` for data that is too short.
 *
 * @example
 * using opened = openModel('restormer.onnx');
 */
export function openModel(path: string): OpenedModel {
  argument.requirePath(path, 'openModel');
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
    const locations = new Set(ends.keys());
    const data = new Map<string, FileState | undefined>();
    for (const [location, last] of ends) {
      const file = checkExternalFile(path, folder, location, last);
      data.set(file, fileState(file));
    }
    const verify = (): void => {
      for (const [file, before] of data) {
        if (before && !isUnchanged(before, fileState(file))) throw changed(file);
      }
    };
    const read = (location: string): ByteSource => {
      let file = open.get(location);
      if (!file) {
        file = fileSource(checkExternalFile(path, folder, location));
        open.set(location, file);
      }
      return file;
    };
    return {
      model: { ...model, external: { folder, read, verify }, locations: () => locations },
      path,
      close,
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
