import { type ByteSource, GraftError, identifyFile } from '@pip-graft/onnx-graft';
import type { Checkpoint, StoredTensor } from '../checkpoint/checkpoint.ts';
import { readLegacy } from '../checkpoint/read-legacy.ts';
import { isDtype, openSafetensors } from '../safetensors/open.ts';
import { readTorchZip } from './read-torch-zip.ts';

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
