import { type ByteSource, GraftError, pieceSource } from '@pip-graft/onnx-graft';
import type { Checkpoint } from './checkpoint.ts';
import { flatten } from './flatten.ts';
import { PickleCursor } from './pickle-cursor.ts';
import { PickleList } from './pickle-value.ts';
import { unpickle } from './unpickle.ts';

const magic = 0x1950a86a20f9469cfc6cn;
const protocol = 1001;

/**
 * Reads the format that `torch.save` wrote before 1.6, and since then with
 * `_use_new_zipfile_serialization=False`: five pickles (magic number, protocol, machine, object,
 * keys of storages), then the storages.
 *
 * Errors: `UNSAFE_FILE`, `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 */
export function readLegacy(source: ByteSource): Checkpoint {
  const { label } = source;
  const corrupt = (problem: string) => new GraftError('CORRUPT_FILE', `${label}: ${problem}.`);
  const cursor = new PickleCursor(source);
  if (unpickle(cursor).value !== magic) {
    throw corrupt(
      "it is a pickle, but torch.save did not write it; save the network's state_dict() with torch.save, or as safetensors",
    );
  }
  const { value: version } = unpickle(cursor);
  if (version !== protocol) throw corrupt(`its format is ${String(version)}; ${protocol} is known`);
  unpickle(cursor);
  const { value: root, storages } = unpickle(cursor);
  const { value: keys } = unpickle(cursor);
  if (!(keys instanceof PickleList)) throw corrupt('its list of storages is missing');
  let at = cursor.at;
  for (const key of keys.items) {
    const same = storages.get(String(key));
    const [first] = same ?? [];
    if (!same || !first) throw corrupt(`storage '${String(key)}' belongs to no tensor`);
    if (source.size - at < 8) {
      throw corrupt(
        `it ends before storage '${first.key}', as a download that was cut does; download it again`,
      );
    }
    const head = source.read(at, at + 8);
    const length = new DataView(head.buffer, head.byteOffset, 8).getBigInt64(0, true);
    const bytes = first.byteLength;
    if (bytes > source.size - at - 8 && length === BigInt(first.length)) {
      throw corrupt(
        `it ends inside storage '${first.key}', as a download that was cut does; download it again`,
      );
    }
    const agree = same.every((one) => one.length === first.length && one.type === first.type);
    if (!agree || length !== BigInt(first.length) || bytes > source.size - at - 8) {
      throw corrupt(
        `storage '${first.key}' should have ${first.length} elements, but has ${length} and ${source.size - at - 8} bytes follow`,
      );
    }
    const start = at + 8;
    const end = start + bytes;
    for (const storage of same) storage.bytes = pieceSource([{ source, start, end }], label);
    at = end;
  }
  for (const [key, [storage]] of storages) {
    if (storage?.bytes === undefined) throw corrupt(`storage '${key}' is missing`);
  }
  return flatten(root, 'pytorch-legacy', source);
}
