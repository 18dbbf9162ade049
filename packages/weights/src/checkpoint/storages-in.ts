import {
  PickleDict,
  PickleList,
  PickleStorage,
  PickleTensor,
  type PickleValue,
} from './pickle-value.ts';

/** Every storage that a value refers to, however deep; a value may contain itself. */
export function storagesIn(root: PickleValue): PickleStorage[] {
  const seen = new Set<PickleValue>();
  const open: PickleValue[] = [root];
  const found = new Set<PickleStorage>();
  while (open.length > 0) {
    const value = open.pop()!;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof PickleStorage) found.add(value);
    else if (value instanceof PickleTensor) found.add(value.storage);
    else if (value instanceof PickleList) for (const item of value.items) open.push(item);
    else if (value instanceof PickleDict && !value.isEmpty) {
      for (const [key, item] of value.entries) open.push(key, item);
    }
  }
  return [...found];
}

/** Storages by the key that the file has them under: one may be referred to more than once. */
export function storagesByKey(root: PickleValue): Map<string, PickleStorage[]> {
  const byKey = new Map<string, PickleStorage[]>();
  for (const storage of storagesIn(root)) {
    const same = byKey.get(storage.key);
    if (same) same.push(storage);
    else byKey.set(storage.key, [storage]);
  }
  return byKey;
}
