import type { ByteSource } from '../wire/source.ts';
import type { ExternalData, Model } from './model.ts';
import { readModel } from './read-model.ts';

/**
 * The model of a source, read when it is first looked into. Most edited models
 * are only saved: their graph would be read in vain, a second time beside the host's.
 *
 * @param external where its external data is
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
