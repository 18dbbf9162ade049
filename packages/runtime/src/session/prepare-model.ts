import { join } from 'node:path';
import {
  bytesSource,
  type ExternalReader,
  externalTensors,
  type Model,
  readModel,
} from '@pip-graft/onnx-graft';
import { openModel, saveModel } from '@pip-graft/onnx-graft/node';
import { graftInputs } from '../io/graft-inputs.ts';
import { temporaryFolder } from '../io/temporary-folder.ts';
import { requireInputs } from './require-inputs.ts';
import type { TypedTensor } from './typed-tensor.ts';

/** A model as read or edited in memory, and where its external data is; an `OpenedModel` is one. */
export interface LooseModel {
  readonly model: Model;
  readonly folder?: string;
  readonly external?: ExternalReader;
}

/** What onnxruntime is given to load. */
export interface PreparedModel {
  readonly label: string;
  readonly load: string | Uint8Array;
  readonly defaults: ReadonlyMap<string, TypedTensor>;
  /** Removes what was written for it; after the session's end. */
  dispose(): Promise<void>;
}

/**
 * Brings a model into a form that onnxruntime-node loads and whose graft can be
 * steered: see {@link requireInputs}. A file that needs no change is loaded by
 * its path, so that its external data is mapped, not read.
 */
export async function prepareModel(
  input: string | Uint8Array | LooseModel,
  label?: string,
): Promise<PreparedModel> {
  if (input instanceof Uint8Array) {
    const name = label ?? 'model';
    const model = readModel(bytesSource(input, name));
    const changed = requireInputs(model, graftInputs(model));
    if (changed === undefined) return { label: name, load: input, ...kept };
    return place({ model: changed.model }, name, changed.defaults);
  }
  if (typeof input !== 'string') {
    const name = label ?? input.model.source.label;
    const changed = requireInputs(input.model, graftInputs(input.model));
    return place({ ...input, model: changed?.model ?? input.model }, name, changed?.defaults);
  }
  const opened = openModel(input);
  try {
    const changed = requireInputs(opened.model, graftInputs(opened.model));
    if (changed === undefined) return { label: label ?? input, load: input, ...kept };
    return await place({ ...opened, model: changed.model }, label ?? input, changed.defaults);
  } finally {
    opened.close();
  }
}

const kept = { defaults: new Map<string, TypedTensor>(), dispose: async () => {} };

/** In memory where all weights are inside; with external data a file of its own beside links to it. */
async function place(
  loose: LooseModel,
  label: string,
  defaults: ReadonlyMap<string, TypedTensor> = new Map(),
): Promise<PreparedModel> {
  const { model, folder, external } = loose;
  const hasExternal = externalTensors(model).length > 0;
  if (!hasExternal || folder === undefined || external === undefined) {
    const { source } = model;
    return { label, load: source.read(0, source.size), defaults, dispose: kept.dispose };
  }
  const home = await temporaryFolder();
  const path = join(home.path, 'model.onnx');
  const from = { folder, external };
  try {
    // A hard link fails across file systems; a copy always works.
    await saveModel(model, path, { from, externalData: 'link' }).catch(() =>
      saveModel(model, path, { from, externalData: 'copy' }),
    );
  } catch (error) {
    await home.remove();
    throw error;
  }
  return { label, load: path, defaults, dispose: home.remove };
}
