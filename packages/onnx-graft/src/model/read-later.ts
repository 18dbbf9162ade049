import type { ByteSource } from '../wire/source.ts';
import type { ExternalData, Model } from './model.ts';
import { readModel } from './read-model.ts';

/**
 * The model of a source, read on first access. Most edited models are only saved: reading their
 * graph, a second time beside the host's, would be wasted.
 *
 * @param external location of its external data
 */
export function readLater(source: ByteSource, external: ExternalData | undefined): Model {
  let model: Model | undefined;
  const read = (): Model => {
    model ??= readModel(source);
    return model;
  };
  return {
    source,
    external,
    get irVersion() {
      return read().irVersion;
    },
    get producer() {
      return read().producer;
    },
    get opsets() {
      return read().opsets;
    },
    get metadata() {
      return read().metadata;
    },
    get graph() {
      return read().graph;
    },
    get functions() {
      return read().functions;
    },
    get training() {
      return read().training;
    },
    get fields() {
      return read().fields;
    },
  };
}
