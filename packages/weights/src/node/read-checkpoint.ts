import { type ByteSource, GraftError } from '@pip-graft/onnx-graft';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readLegacy } from '../checkpoint/read-legacy.ts';
import { withoutPrefix } from '../checkpoint/unwrap.ts';
import { openSafetensors } from '../safetensors/open.ts';
import type { FloatTensor } from '../tensor-map.ts';
import { readTorchZip } from './read-torch-zip.ts';

/** Enough to tell the kinds of files apart; a tar archive says so last. */
const headBytes = 512;
const tarMark = 257;

/**
 * Reads a checkpoint: safetensors, or what `torch.save` writes, today's zip and its older form. It runs
 * nothing that is in the file: names outside a closed list are refused.
 *
 * Tensors are views of `source`, which has to stay open for as long as they are read.
 *
 * Errors: `UNSAFE_FILE` for a pickle that refers to other names, `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 *
 * @example (await readCheckpoint(bytesSource(bytes, 'net.pth'))).tensors.size
 */
export async function readCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const { label, size } = source;
  const head = source.read(0, Math.min(size, headBytes));
  if (starts(head, [0x50, 0x4b, 3, 4])) return await readTorchZip(source);
  // Before pickles: a length may begin as one does.
  if (isSafetensors(head, size)) return readSafetensors(source);
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) return readLegacy(source);
  throw new GraftError('CORRUPT_FILE', `${label}: not a checkpoint: ${whatElse(head)}.`);
}

/** The length of a header that lies within the file, and a brace. */
function isSafetensors(head: Uint8Array, size: number): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  return length <= BigInt(size - 8) || head[7] === 0;
}

function readSafetensors(source: ByteSource): Checkpoint {
  const file = openSafetensors(source);
  const tensors = [...file.headers].map(([name, { dims }]): [string, FloatTensor] => [
    name,
    {
      dims,
      get data() {
        return file.load(name).data;
      },
    },
  ]);
  const dtypes = [...file.headers].map(([name, { dtype }]) => [name, dtype] as const);
  return {
    ...{ format: 'safetensors', container: [], ignored: [], extra: file.metadata },
    ...withoutPrefix({ tensors: new Map(tensors), dtypes: new Map(dtypes) }),
  };
}

function whatElse(head: Uint8Array): string {
  const known = 'safetensors, or a file that torch.save wrote, was expected';
  if (head.length === 0) return 'it is empty';
  if (starts(head.subarray(tarMark), [0x75, 0x73, 0x74, 0x61, 0x72])) {
    return 'it is a tar archive, as PyTorch wrote before 0.1; save it again with torch.save';
  }
  if (head[0] === 0x08 && head[1]! < 32) return 'it looks like an ONNX file, which needs no import';
  if (head[0] === 0x3c) return 'it is a web page; the download may have failed';
  if (head[0] === 0x28 || head[0] === 0x80) return `a pickle of protocol 0 or 1; ${known}`;
  return known;
}

function starts(bytes: Uint8Array, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[index] === byte);
}
