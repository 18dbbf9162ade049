import { dirname, join } from 'node:path';
import {
  bytesSource,
  convertPrecision,
  externalLocations,
  fixInputDims,
  type Model,
  readModel,
} from '@pip-graft/onnx-graft';
import {
  filePath,
  isBelow,
  openModel,
  realPath,
  saveModel,
  temporaryFolder,
} from '@pip-graft/onnx-graft/node';
import type { TypedTensor } from '@pip-graft/weights';
import { requirePlainNames } from './require-plain-names.ts';
import { graftDefaults, requireInputs } from './run-model.ts';

/** The file or bytes that onnxruntime loads. */
export interface PreparedModel {
  readonly label: string;
  readonly load: string | Uint8Array;
  /** Defaults of the graft's inputs. */
  readonly defaults: ReadonlyMap<string, TypedTensor>;
  /** Removes temporary files after the session has ended. */
  dispose(): Promise<void>;
}

/** How to prepare a model. */
export interface PrepareOptions {
  readonly label?: string;
  /** Shapes to build in, by input. */
  readonly dims?: Readonly<Record<string, readonly number[]>>;
  /** Always write a file, for another process to load. */
  readonly onDisk?: boolean;
  /** Convert float16 to float32. */
  readonly widen?: boolean;
}

/**
 * Prepares a model so that onnxruntime-node loads it and its graft can be steered: see
 * {@link requireInputs}. A file that needs no change is loaded by its path, so that its external data
 * is mapped, not read.
 */
export async function prepareModel(
  input: string | Uint8Array | Model,
  options: PrepareOptions = {},
): Promise<PreparedModel> {
  if (typeof input !== 'string') {
    const model = input instanceof Uint8Array ? fromBytes(input, options.label) : input;
    return prepare(model, input instanceof Uint8Array ? input : undefined, options);
  }
  const opened = openModel(input);
  try {
    return await prepare(opened.model, input, { label: input, ...options });
  } finally {
    opened.close();
  }
}

function fromBytes(bytes: Uint8Array, label = 'model'): Model {
  return readModel(bytesSource(bytes, label));
}

/** @param asIs the form to load if the model needs no change */
async function prepare(
  given: Model,
  asIs: string | Uint8Array | undefined,
  options: PrepareOptions,
): Promise<PreparedModel> {
  const { label = given.source.label, dims = {}, onDisk = false } = options;
  requirePlainNames(given);
  const wide = options.widen ? widened(given) : given;
  const stamped = graftDefaults(given);
  const changed = requireInputs(wide, [...stamped.keys()]);
  const defaults = new Map([...stamped, ...(changed?.defaults ?? [])]);
  const same =
    changed === undefined &&
    wide === given &&
    Object.keys(dims).length === 0 &&
    // onnxruntime takes a path as text.
    !(
      typeof asIs === 'string' &&
      (typeof filePath(asIs) !== 'string' || dataIsElsewhere(asIs, given))
    );
  if (same && asIs !== undefined && (!onDisk || typeof asIs === 'string')) {
    return { label, load: asIs, defaults, dispose: async () => {} };
  }
  const model = fixInputDims(changed?.model ?? wide, dims);
  return { label, defaults, ...(await place(model, onDisk)) };
}

/** Bytes up to which a model is widened: twice as much must fit into memory, and into protobuf's 2 GiB. */
const mostWidened = 512 * 1024 ** 2;

function widened(model: Model): Model {
  if (externalLocations(model).size > 0 || model.source.size > mostWidened) return model;
  return convertPrecision(model, { to: 'float32' });
}

/**
 * Whether links, as in a model hub's cache, lead to data outside the model's real folder, which
 * onnxruntime refuses to read. That the links may be followed was checked when the model was opened.
 */
function dataIsElsewhere(path: string, model: Model): boolean {
  const home = dirname(realPath(path));
  return [...externalLocations(model)].some(
    (location) => !isBelow(realPath(join(dirname(path), location)), [home]),
  );
}

/** In memory if all weights are inside; with external data, a separate file beside links to the data. */
async function place(
  model: Model,
  onDisk: boolean,
): Promise<Pick<PreparedModel, 'load' | 'dispose'>> {
  const inside = externalLocations(model).size === 0;
  if (inside && !onDisk) {
    const { source } = model;
    return { load: source.read(0, source.size), dispose: async () => {} };
  }
  const home = await temporaryFolder();
  const path = join(home.path, 'model.onnx');
  try {
    if (inside) await saveModel(model, path, { durable: false });
    else {
      // A hard link fails across file systems; a copy always works.
      const durable = false;
      await saveModel(model, path, { durable, externalData: 'link' }).catch(() =>
        saveModel(model, path, { durable, externalData: 'copy' }),
      );
    }
  } catch (error) {
    await home.remove();
    throw error;
  }
  return { load: path, dispose: home.remove };
}
