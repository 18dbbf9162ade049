import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { GraftError } from '../error.ts';
import type { ByteSource } from '../wire/source.ts';
import { filePath, ioError } from './file-path.ts';

/** A file read on demand. It stays open, so a file replaced by rename keeps its old bytes here. */
export interface FileSource extends ByteSource {
  readonly path: string;
  /** Closes the file; closing it again does nothing. */
  close(): void;
}

/** Opens a regular file for reading. Errors: `NOT_FOUND`, `READ_FAILED`. */
export function fileSource(path: string): FileSource {
  let descriptor: number;
  try {
    // Without blocking: opening a named pipe would wait until somebody writes to it.
    descriptor = openSync(filePath(path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw ioError('read', path, error);
  }
  const stat = fstatSync(descriptor, { bigint: true });
  if (!stat.isFile()) {
    closeSync(descriptor);
    const what = stat.isDirectory() ? describeFolder(path) : 'it is not a regular file';
    throw new GraftError('READ_FAILED', `${path}: ${what}.`);
  }
  const size = Number(stat.size);
  let isOpen = true;
  // Another file may have the descriptor of a closed one by now.
  const requireOpen = (): void => {
    if (isOpen) return;
    throw new GraftError(
      'READ_FAILED',
      `${path}: it was closed before it was read; close a model after it is saved.`,
    );
  };
  const fill = (out: Uint8Array, start: number): number => {
    requireOpen();
    const got = readSync(descriptor, out, 0, out.length, start);
    if (got > 0) return got;
    throw new GraftError(
      'CORRUPT_FILE',
      `${path}: byte ${start} was needed, but the file ends before it.`,
    );
  };
  return {
    label: path,
    path,
    size,
    fill,
    read(start, end) {
      if (start < 0 || end < start || end > size) {
        throw new GraftError(
          'CORRUPT_FILE',
          `${path}: bytes ${start} to ${end} were needed, but it has ${size}; the file is cut off.`,
        );
      }
      const out = new Uint8Array(end - start);
      for (let done = 0; done < out.length; ) done += fill(out.subarray(done), start + done);
      return out;
    },
    verify() {
      requireOpen();
      if (isUnchanged(stat, fstatSync(descriptor, { bigint: true }))) return;
      throw changed(path);
    },
    close() {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

/** Says what to pass in place of a folder. */
function describeFolder(path: string): string {
  let names: string[] = [];
  try {
    names = readdirSync(filePath(path)).sort();
  } catch {
    // A folder that cannot be listed is still a folder.
  }
  if (names.includes('saved_model.pb'))
    return 'it is a folder with a TensorFlow SavedModel; export it to ONNX with tf2onnx';
  if (names.includes('zero_to_fp32.py'))
    return 'it is a folder with a DeepSpeed checkpoint; run the zero_to_fp32.py in it, and pass the file that it writes';
  if (names.some((name) => name.endsWith('.distcp')))
    return 'it is a folder with a distributed PyTorch checkpoint; make one file of it with python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER FILE';
  if (names.includes('adapter_config.json'))
    return 'it is a folder with an adapter; pass it where an adapter is taken, such as --adapter, and a file here';
  const model =
    names.find((name) => /\.(safetensors|bin)\.index\.json$/i.test(name)) ??
    names.find((name) =>
      /\.(onnx|safetensors|pth|pt|ckpt)$|^(diffusion_)?pytorch_model\.bin$/i.test(name),
    );
  return model === undefined
    ? 'it is a folder; pass a file'
    : `it is a folder; pass the file in it, such as '${model}'`;
}

/** State that changes when a file is written: its times, to the nanosecond, and its size. */
export type FileState = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs' | 'nlink'>;

/** The state of the file that a path leads to; undefined if there is none. */
export function fileState(path: string): FileState | undefined {
  return statSync(filePath(path), { bigint: true, throwIfNoEntry: false });
}

/**
 * Whether a file's bytes are unchanged. The ctime moves even if the mtime is set back; it also
 * moves when a name of the file is added or removed, as by a rename over it, which changes no byte.
 */
export function isUnchanged(before: FileState, now: FileState | undefined): boolean {
  if (now === undefined || before.dev !== now.dev || before.ino !== now.ino) return false;
  if (before.size !== now.size || before.mtimeNs !== now.mtimeNs) return false;
  return before.ctimeNs === now.ctimeNs || before.nlink !== now.nlink;
}

/** The error for a file that changed while it was read. */
export function changed(path: string): GraftError {
  return new GraftError(
    'READ_FAILED',
    `${path}: it changed while it was read, so the result would mix two files; run again when nothing writes to it.`,
  );
}
