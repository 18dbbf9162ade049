import { type ByteSource, bytesSource, GraftError, identifyFile } from '@pip-graft/onnx-graft';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { flatten } from '../checkpoint/flatten.ts';
import { checkpointLimits } from '../checkpoint/limits.ts';
import { PickleCursor } from '../checkpoint/pickle-cursor.ts';
import { unpickle } from '../checkpoint/unpickle.ts';
import { openZip } from './open-zip.ts';

/** Reads a zip of `torch.save`: a pickle, and an entry for every storage. */
export async function readTorchZip(source: ByteSource): Promise<Checkpoint> {
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
