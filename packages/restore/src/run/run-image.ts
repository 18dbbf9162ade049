import {
  cropImage,
  type Image,
  imageTensor,
  padToMultiple,
  requireImage,
} from '@pip-graft/imaging';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { runModel, type Session, type SessionValue } from '@pip-graft/runtime/session';
import { float32Tensor, type TensorFeeds, type TypedTensor, toFloat32 } from '@pip-graft/weights';
import { checkStrength, degradationTensor, steeringOf } from '../steer/steering.ts';

/**
 * Restores one image as a whole: mirrors it up to the size that the network needs, runs the model,
 * crops and clips to 0 … 1. Keeps the image's transparency and bit depth.
 *
 * Errors: `INVALID_WEIGHTS` for weights that are negative or not finite; `INVALID_ARGUMENT` for a
 * model without such inputs; `UNSUPPORTED_LAYOUT` for a model that is not image to image;
 * `RUNTIME_FAILED` if it returns NaN or Inf.
 *
 * @example
 * await restoreImage(session, photo, { sizeMultiple: 8, degradation: [0, 1, 0], strength: 0.8 });
 */
export async function restoreImage(
  session: Session,
  image: Image,
  options: RestoreOptions = {},
): Promise<Image> {
  requireSession(session, 'restoreImage');
  requireImage(image, 'restoreImage');
  const padded = padToMultiple(image, options.sizeMultiple ?? 1);
  const data = clip(await runImage(session, padded, options), options.onClip);
  const { width, height, bitDepth } = image;
  const restored = { width: padded.width, height: padded.height, data, bitDepth };
  return { ...image, data: cropImage(restored, width, height).data };
}

/** Sharpening overshoots at edges by up to this; beyond it, clipping changes the image itself. */
const little = 0.1;

/** Clips values to 0 … 1 in place. */
export function clip(values: Float32Array, onClip?: RestoreOptions['onClip']): Float32Array {
  let beyond = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value < -little || value > 1 + little) beyond++;
    values[at] = Math.min(1, Math.max(0, value));
  }
  if (beyond > 0) onClip?.(beyond / values.length);
  return values;
}

export interface RestoreOptions {
  /** Both sides of the network's input must be multiples of this; default: 1. */
  readonly sizeMultiple?: number;
  /**
   * Non-negative weights of the adapter's labels, in its order. All zero give the host's output.
   * Default: what the model's sensor finds, or without one the model's default.
   */
  readonly degradation?: readonly number[];
  /** 0 is the host alone, 1 the full graft; default: the model's. */
  readonly strength?: number;
  /** Names of the model's values if they differ from the usual ones. */
  readonly names?: {
    readonly image?: string;
    readonly output?: string;
    /** Default: 'degradation'. */
    readonly degradation?: string;
    /** Default: 'strength'. */
    readonly strength?: string;
    /** The output of a sensor: weights to use if `degradation` is omitted. */
    readonly found?: string;
  };
  /** Called with the share of values outside 0 … 1 by more than 0.1, if there are any. */
  readonly onClip?: (share: number) => void;
  /**
   * Called with the weights that the model's sensor found for the image; not called if the caller
   * passed weights.
   */
  readonly onFound?: (weights: readonly number[]) => void;
}

/**
 * Runs a model on an image of a size that it takes; returns planar RGB, not clipped.
 *
 * @param more values of other inputs
 *
 * Errors: see `restoreImage`.
 */
export async function runImage(
  session: Session,
  image: Image,
  options: RestoreOptions,
  more: TensorFeeds = {},
): Promise<Float32Array> {
  const { names = {} } = options;
  const { found } = steeringOf(options);
  const { width, height } = image;
  const feeds = { ...feedsOf(session, image, options), ...more };
  const output = names.output ?? imageOutput(session).name;
  const fetched = found === undefined ? [output] : [output, found];
  const outputs = await runModel(session, feeds, fetched);
  const { dims, data } = toFloat32(outputs[output]!);
  let broken = 0;
  for (const value of data) if (!Number.isFinite(value)) broken++;
  if (broken > 0) {
    throw new GraftError(
      'RUNTIME_FAILED',
      `${session.label}: ${broken} of ${data.length} output values are NaN or infinite; run \`graft validate\` on it.`,
    );
  }
  if (dims.join() !== [1, 3, height, width].join()) {
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: it made [${dims.join(', ')}] of [1, 3, ${height}, ${width}]; a restoration network keeps the size.`,
    );
  }
  if (found !== undefined) options.onFound?.([...toFloat32(outputs[found]!).data]);
  return data;
}

/** Rejects what is not a session. Errors: `INVALID_ARGUMENT`. */
export function requireSession(session: unknown, place: string): void {
  const takes = 'a session, which `createSession` returns,';
  argument.requireKind(session, { member: 'inputs', place, takes });
}

/** Returns what a model takes for an image: its pixels, and the caller's weights and strength. */
export function feedsOf(session: Session, image: Image, options: RestoreOptions): TensorFeeds {
  const { names = {} } = options;
  const { degradation, strength } = steeringOf(options);
  const input = names.image ?? imageInput(session).name;
  const feeds: Record<string, TypedTensor> = { [input]: imageTensor([image]) };
  if (degradation !== undefined) {
    feeds[names.degradation ?? 'degradation'] = degradationTensor([degradation]);
  }
  if (strength !== undefined) {
    checkStrength(strength);
    feeds[names.strength ?? 'strength'] = float32Tensor([], [strength]);
  }
  return feeds;
}

/** Returns the image input: the only one with four dimensions. Errors: `UNSUPPORTED_LAYOUT`. */
export function imageInput(session: Session): SessionValue {
  return only(session, session.inputs, 'input');
}

/** Returns the image output: the first with four dimensions. Errors: `UNSUPPORTED_LAYOUT`. */
export function imageOutput(session: Session): SessionValue {
  return only(session, session.outputs, 'output');
}

function only(session: Session, values: readonly SessionValue[], kind: string): SessionValue {
  const found = values.filter(({ dims }) => dims.length === 4);
  const value = found[0];
  if (value === undefined || (kind === 'input' && found.length > 1)) {
    const shapes = values.map(({ name, dims }) => `'${name}' [${dims.join(', ')}]`).join(', ');
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: images need one ${kind} of shape (B,3,H,W); it has ${shapes}; export a restoration network with one.`,
    );
  }
  if (kind === 'input' && !/float|^uint8$/.test(value.type)) {
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: its input '${value.name}' takes ${value.type}, but images are fed as float32, float16 or uint8; export the model with one of these.`,
    );
  }
  const channels = value.dims[1];
  if (typeof channels === 'number' && channels !== 3) {
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: its ${kind} '${value.name}' has ${channels} channels (shape [${value.dims.join(', ')}]), but images are (B,3,H,W); export the model with three channels.`,
    );
  }
  return value;
}
