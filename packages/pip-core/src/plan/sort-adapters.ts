import type { Adapter } from '../adapter/adapter.ts';

/** Adapters by name, then digest, then labels: the order in which they were given says nothing. */
export function sortAdapters(adapters: readonly Adapter[]): Adapter[] {
  const keys = ({ name, digest, config }: Adapter) => [name, digest ?? '', config.labels.join()];
  return [...adapters].sort((a, b) => {
    const [left, right] = [keys(a), keys(b)];
    const at = left.findIndex((key, index) => key !== right[index]);
    if (at < 0) return 0;
    return left[at]! < right[at]! ? -1 : 1;
  });
}
