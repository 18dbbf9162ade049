import { externalRange, externalTensors } from '../model/external-tensors.ts';
import type { ExternalData, Model } from '../model/model.ts';
import type { RecordDiff } from './model-diff.ts';
import { type ByteRange, sameBytes } from './same-bytes.ts';

/**
 * Compares the external data of two models, tensor by tensor; tensors are matched by their place.
 * Undefined where the data of one is not at hand.
 */
export function compareExternal(a: Model, b: Model): RecordDiff | undefined {
  if (!a.external || !b.external) return undefined;
  const before = rangesOf(a, a.external);
  const after = rangesOf(b, b.external);
  const kept = [...before].filter(([name]) => after.has(name));
  const changed = kept.filter(([name, range]) => !sameBytes(range, after.get(name)!));
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: changed.map(([name]) => ({ name, what: ['bytes'] })),
    unchanged: kept.length - changed.length,
    reordered: false,
  };
}

/** The bytes of each tensor; those of one place, as in a list, are numbered. */
function rangesOf(model: Model, external: ExternalData): ReadonlyMap<string, ByteRange> {
  const found = new Map<string, ByteRange>();
  for (const tensor of externalTensors(model)) {
    const place = tensor.place();
    let name = place;
    for (let count = 2; found.has(name); count++) name = `${place} (${count})`;
    found.set(name, externalRange(tensor, external.read(tensor.data.location)));
  }
  return found;
}
