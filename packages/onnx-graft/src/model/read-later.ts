import type { ByteSource } from '../wire/source.ts';
import { externalLocations } from './external-tensors.ts';
import type { Model } from './model.ts';
import { readModel } from './read-model.ts';

/** Where a model's external data is. */
export type DataPlace = Pick<Model, 'external' | 'locations'>;

/** The place of the external data of an edited model to which the edit adds and from which it takes none. */
export function sameData(model: Model): DataPlace {
  return { external: model.external, locations: () => externalLocations(model) };
}

/**
 * The model of a source, read on first access. Most edited models are only saved: reading their
 * graph, a second time beside the host's, would be wasted.
 */
export function readLater(source: ByteSource, { external, locations }: DataPlace): Model {
  let model: Model | undefined;
  const read = (): Model => {
    model ??= readModel(source);
    return model;
  };
  return {
    source,
    external,
    locations,
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
