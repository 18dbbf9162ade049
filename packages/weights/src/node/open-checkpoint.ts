import { type ByteSource, bytesSource, GraftError, identifyFile } from '@pip-graft/onnx-graft';
import { type FileSource, fileSource } from '@pip-graft/onnx-graft/node';
import {
  type Checkpoint,
  checkpointLimits,
  type StoredTensor,
  shownName,
} from '../checkpoint/checkpoint.ts';
import { flatten } from '../checkpoint/flatten.ts';
import { PickleCursor } from '../checkpoint/pickle-cursor.ts';
import { readLegacy } from '../checkpoint/read-legacy.ts';
import { unpickle } from '../checkpoint/unpickle.ts';
import { isDtype, openSafetensors } from '../safetensors/open.ts';
import { openZip } from './open-zip.ts';
import { readShardIndex, type ShardIndex, shardPath } from './shard-index.ts';

/** An open file; its tensors can be read until it is closed. */
export interface OpenCheckpoint extends Checkpoint {
  close(): void;
}

/**
 * Opens a checkpoint file. Its first bytes tell its format, not its name. The index of a checkpoint
 * in several files opens them all.
 *
 * Errors: those of {@link readCheckpoint}; `NOT_FOUND`, `READ_FAILED`; `UNSAFE_FILE` for an index
 * that lists files outside its folder.
 *
 * @example
 * const checkpoint = await openCheckpoint('deraining.pth');
 * checkpoint.tensors.get('params.patch_embed.proj.weight')?.dims; // [48, 3, 3, 3]
 */
export async function openCheckpoint(path: string): Promise<OpenCheckpoint> {
  const source = fileSource(path);
  const opened: FileSource[] = [source];
  const close = (): void => {
    for (const file of opened.splice(0)) file.close();
  };
  try {
    const index = readShardIndex(source);
    const checkpoint = index ? await readShards(path, index, opened) : await readCheckpoint(source);
    return { ...checkpoint, close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Reads a checkpoint in several files as one: the tensors that the index at `path` lists.
 *
 * Errors: those of {@link readCheckpoint} and {@link shardPath}; `CORRUPT_FILE` for a tensor that
 * is missing from its file.
 *
 * @param opened receives each file, which must stay open as long as its tensors are read
 */
async function readShards(
  path: string,
  index: ShardIndex,
  opened: FileSource[],
): Promise<Checkpoint> {
  const tensors = new Map<string, StoredTensor>();
  let format: Checkpoint['format'] = 'safetensors';
  for (const [file, names] of index) {
    const source = fileSource(shardPath(path, file));
    opened.push(source);
    const shard = await readCheckpoint(source);
    format = shard.format;
    for (const name of names) {
      const tensor = shard.tensors.get(name);
      if (tensor === undefined) {
        throw new GraftError(
          'CORRUPT_FILE',
          `${path}: tensor '${shownName(name)}' is missing in '${shownName(file)}'; download the files again, all from one place.`,
        );
      }
      tensors.set(name, tensor);
    }
  }
  return { format, tensors, extra: {}, ignored: [] };
}

/** Enough to distinguish the formats of checkpoints. */
const headBytes = 16;

/**
 * Reads a checkpoint: safetensors, or a file of `torch.save`, today's zip or its older form. Runs
 * nothing in the file: names outside a closed list are rejected.
 *
 * Tensors are views of `source`, which must stay open as long as they are read.
 *
 * Errors: `UNSAFE_FILE` for a pickle that refers to other names, `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 *
 * @example (await readCheckpoint(bytesSource(bytes, 'net.pth'))).tensors.size
 */
export async function readCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const { label, size } = source;
  const head = source.read(0, Math.min(size, headBytes));
  if (starts(head, [0x50, 0x4b, 3, 4])) return await readTorchZip(source);
  // Before pickles: a length may begin like one.
  if (isSafetensors(head, size)) return readSafetensors(source);
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) return readLegacy(source);
  throw new GraftError('CORRUPT_FILE', `${label}: not a checkpoint: ${whatElse(source)}.`);
}

/** Whether a file starts with a plausible header length and a brace. */
function isSafetensors(head: Uint8Array, size: number): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  return length <= BigInt(size - 8) || head[7] === 0;
}

function readSafetensors(source: ByteSource): Checkpoint {
  const file = openSafetensors(source);
  const tensors = [...file.headers].map(([name, { dims, dtype }]): [string, StoredTensor] => [
    name,
    {
      dims,
      dtype,
      ...(isDtype(dtype) ? {} : { unread: `${dtype} cannot be imported` }),
      get data() {
        return file.load(name).data;
      },
    },
  ]);
  return { format: 'safetensors', tensors: new Map(tensors), extra: file.metadata, ignored: [] };
}

function whatElse(source: ByteSource): string {
  const known = 'safetensors, or a file that torch.save wrote, was expected';
  const kind = identifyFile(source);
  if (kind?.name === 'an ONNX model') return 'it is an ONNX model, which needs no import';
  if (kind !== undefined) return kind.text;
  const [first] = source.read(0, 1);
  return first === 0x28 || first === 0x80 ? `a pickle of protocol 0 or 1; ${known}` : known;
}

function starts(bytes: Uint8Array, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[index] === byte);
}

/** Reads a zip of `torch.save`: a pickle, and an entry for every storage. */
async function readTorchZip(source: ByteSource): Promise<Checkpoint> {
  const { label } = source;
  const corrupt = (problem: string) => new GraftError('CORRUPT_FILE', `${label}: ${problem}.`);
  const zip = await openZip(source);
  const pickles = zip.names.filter((name) => /(^|\/)data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined) {
    throw corrupt(`not a checkpoint: ${identifyFile(source)!.text}`);
  }
  if (pickles.length > 1) {
    throw corrupt(
      `a zip with ${pickles.length} entries named data.pkl, where torch.save writes one`,
    );
  }
  const folder = pickle.slice(0, -'data.pkl'.length);
  const other = zip.names.find((name) =>
    [`${folder}constants.pkl`, `${folder}code/`].some((mark) => name.startsWith(mark)),
  );
  if (other !== undefined) {
    throw new GraftError(
      'UNSAFE_FILE',
      `${label}: a TorchScript program ('${other}'), which holds code; save the network's state_dict() with torch.save instead.`,
    );
  }
  const order = `${folder}byteorder`;
  if (zip.names.includes(order)) {
    const entry = await zip.open(order);
    const text = new TextDecoder().decode(entry.read(0, Math.min(entry.size, 16))).trim();
    if (text !== 'little') throw corrupt(`its byte order is '${text}'; little is read`);
  }
  const data = await zip.open(pickle);
  if (data.size > checkpointLimits.pickleBytes) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${label}: '${pickle}' has ${data.size} bytes; at most ${checkpointLimits.pickleBytes} are read. If its weights are NumPy arrays, convert them with torch.from_numpy and save them again with torch.save.`,
    );
  }
  const { value: root, storages } = unpickle(
    new PickleCursor({ ...bytesSource(data.read(0, data.size)), label: `${label}: ${pickle}` }),
  );
  const names = new Set(zip.names);
  for (const [key, same] of storages) {
    const name = `${folder}data/${key}`;
    if (!names.has(name)) throw corrupt(`storage '${key}' is missing`);
    const bytes = await zip.open(name);
    for (const storage of same) {
      if (bytes.size < storage.byteLength) {
        throw corrupt(
          `storage '${key}' should have ${storage.byteLength} bytes, but has ${bytes.size}`,
        );
      }
      storage.bytes = bytes;
    }
  }
  return flatten(root, 'pytorch', source);
}
