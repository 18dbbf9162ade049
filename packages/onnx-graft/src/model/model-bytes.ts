import type { Model } from './model.ts';

/**
 * All bytes of a model, as one array: what a browser offers for download. Node writes files with
 * `saveModel`, which holds a megabyte at a time.
 *
 * @example modelBytes(grafted).length
 */
export function modelBytes({ source }: Model): Uint8Array {
  return source.read(0, source.size);
}
