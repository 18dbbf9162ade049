import { whatToFill, whyNotFilled } from '@pip-graft/graft';
import { cutImage, imageTensor, tensorImages } from '@pip-graft/imaging';
import {
  GraftError,
  type ImageRange,
  type ImageValues,
  imageRanges,
  own,
} from '@pip-graft/onnx-graft';
import { runModel, type Session, type SessionValue } from '@pip-graft/runtime/session';
import { float32Tensor, type TypedTensor, toFloat32, whyNotHeld } from '@pip-graft/weights';
import { type Door, type DoorOptions, passFeed } from './door.ts';
import { doorSession } from './door-session.ts';
import {
  isCopy,
  isMoved,
  naturalImage,
  type Relation,
  rangeOf,
  relationOf,
  whyNoImage,
} from './judge-range.ts';

/** Options of {@link openDoor}. */
export interface OpenDoorOptions extends DoorOptions {
  readonly sizeMultiple?: number;
  /** Whether to accept the output of a network of random weights; default: false. */
  readonly untrained?: boolean;
  /** Names of the inputs that a graft has added. */
  readonly steering?: readonly string[];
}

/** A session behind its door, and the ranges that were chosen. */
export interface OpenedDoor {
  readonly session: Session;
  readonly door: Door;
  /** Whether ranges were found by running the model, because the graph does not show them. */
  readonly measured: boolean;
}

/**
 * Puts a model behind a door: a session that takes and makes images of 0 to 1. Finds ranges that
 * neither graph, stamp nor caller specify by running the model on a small natural image, with the
 * graft off.
 *
 * Errors: `UNSUPPORTED_HOST` if the range cannot be determined; `INVALID_ARGUMENT` for another
 * range, or another input without a value; `RUNTIME_FAILED`.
 */
export async function openDoor(
  session: Session,
  given: Door | null,
  options: OpenDoorOptions = {},
): Promise<OpenedDoor> {
  const { range, feeds, steering = [] } = options;
  if (range !== undefined && !imageRanges.includes(range)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `range '${range}': use one of ${imageRanges.map((name) => `'${name}'`).join(', ')}.`,
    );
  }
  if (given === null) return { session, door: { input: '', output: null }, measured: false };
  const door = { ...given, output: given.output ?? declaredImage(session) };
  if (door.unfit && range === undefined)
    throw new GraftError('UNSUPPORTED_HOST', `${session.label}: ${door.unfit}`);
  const entry = session.inputs.find(({ name }) => name === door.input);
  const inputChannels = channelsIn(entry, door.layout ?? 'NCHW');
  const notFilled = whyNotFilled({ input: door.input, inputChannels });
  if (notFilled) throw new GraftError('UNSUPPORTED_HOST', `${session.label}: ${notFilled}`);
  const known = withFeeds(session, door, feeds, steering);
  const own = { steering };
  const behind = (values: ImageValues | undefined): OpenedDoor['door'] => ({
    ...known,
    ...(values ? { values } : {}),
  });
  const settle = (values: ImageValues | undefined, measured: boolean): OpenedDoor => ({
    session: doorSession(session, behind(values), own),
    door: behind(values),
    measured,
  });
  const { values } = door;
  if (entry?.dims.includes(0)) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${session.label}: its input '${entry.name}' has the shape [${entry.dims.join(', ')}], and a size of 0 takes no image; export the model with the batch and sizes left open.`,
    );
  }
  if (!values) return settle(undefined, false);
  const { input, output } = values;
  if (range !== undefined)
    return settle({ input: { ...input, range }, output: { ...output, range } }, false);
  if (entry?.dims.length !== 4 || door.output === null) return settle(values, false);
  return openOutput(session, { ...known, values, output: door.output }, options);
}

type KnownDoor = Door & { readonly values: ImageValues; readonly output: string };

/**
 * Opens a door at its output or, if that cannot be an image, at the first other one that can.
 *
 * Errors: `UNSUPPORTED_HOST` if none can.
 */
async function openOutput(
  session: Session,
  door: KnownDoor,
  options: OpenDoorOptions,
): Promise<OpenedDoor> {
  const { input, output } = door.values;
  const others = session.outputs.filter(
    ({ name, dims }) => name !== door.output && dims.length === 4 && hasColours(dims),
  );
  // Random weights excuse what an output makes only if no other makes an image.
  const strict = others.length > 0 ? { ...options, untrained: false } : options;
  const first = await tryOutput(session, door, strict);
  if ('session' in first) return first;
  for (const { name } of others) {
    const values = { input, output: { ...output, range: null } };
    const next = await tryOutput(
      session,
      { ...door, output: name, values },
      { ...strict, isOther: true },
    );
    if ('session' in next) return next;
  }
  const last = strict === options ? first : await tryOutput(session, door, options);
  if ('session' in last) return last;
  const names = others.map(({ name }) => `'${name}'`).join(', ');
  const beside = others.length > 0 ? ` (nor is one of ${names} an image)` : '';
  throw new GraftError(
    'UNSUPPORTED_HOST',
    `${session.label}: the range of its output '${door.output}' is unknown: ${first.why}${beside}; pass range: '0..1', '0..255' or '-1..1' (--range on the command line), and if the output is a residual, export the network with the addition of its input.`,
  );
}

/** An output that is an image by its declared shape, of a graph that does not show what makes it. */
function declaredImage({ outputs }: Session): string | null {
  return outputs.find(({ dims }) => dims.length === 4 && hasColours(dims))?.name ?? null;
}

/** Channels of an image, in either layout; more are features. */
function hasColours([, second, , last]: SessionValue['dims']): boolean {
  return [1, 3, 4].some((channels) => second === channels || last === channels);
}

/** Opens a door with the ranges that its output shows, or says why that cannot be an image. */
async function tryOutput(
  session: Session,
  door: KnownDoor,
  options: OpenDoorOptions & { readonly isOther?: boolean },
): Promise<OpenedDoor | { readonly why: string }> {
  const { steering = [], isOther = false } = options;
  const { input, output } = door.values;
  const settle = (values: ImageValues, measured: boolean): OpenedDoor => ({
    session: doorSession(session, { ...door, values }, { steering }),
    door: { ...door, values },
    measured,
  });
  const isKnown = input.range !== null && output.range !== null;
  const candidates: readonly ImageRange[] = input.range ? [input.range] : imageRanges;
  let first: { relation: Relation; mean: number } | undefined;
  for (const candidate of candidates) {
    const tried: ImageValues = {
      input: { ...input, range: candidate },
      output: { ...output, range: output.range ?? '0..1' },
    };
    const found = await relate(settle(tried, false).session, door.output, options);
    if (isOther && (found === undefined || isCopy(found.relation))) return { why: 'not restored' };
    if (found === undefined) return settle(door.values, false);
    first ??= found;
    // The graph shows the range of values, not that they are an image.
    if (isKnown) break;
    const fits = rangeOf(found.relation);
    // The door has already undone a known range.
    const made = output.range === null ? fits : fits === '0..1' ? output.range : undefined;
    if (made !== undefined) {
      return settle(
        { input: { ...input, range: candidate }, output: { ...output, range: made } },
        true,
      );
    }
    if (isMoved(found.relation)) break;
  }
  if (isOther) return { why: 'no range fits' };
  const why = first && whyNoImage(first.relation, first.mean, options);
  if (why) return { why };
  return settle(
    {
      input: { ...input, range: input.range ?? '0..1' },
      output: { ...output, range: output.range ?? '0..1' },
    },
    !isKnown,
  );
}

/** Relates a model's output to a natural image; undefined if the output has another size. */
async function relate(
  session: Session,
  output: string,
  { sizeMultiple = 1, steering = [] }: OpenDoorOptions,
): Promise<{ relation: Relation; mean: number } | undefined> {
  const [image] = session.inputs;
  const [, , high, wide] = image!.dims;
  const side = Math.ceil(64 / sizeMultiple) * sizeMultiple;
  const height = typeof high === 'number' ? high : side;
  const width = typeof wide === 'number' ? wide : side;
  const input = cutImage(naturalImage(), { x: 0, y: 0, width, height });
  const feeds: Record<string, TypedTensor> = { [image!.name]: imageTensor([input]) };
  for (const name of steering) {
    const dims = session.inputs.find((one) => one.name === name)?.dims;
    if (!dims) continue;
    // A degradation of the first label at strength 0: the host's own output.
    const labels = dims.map((dim, axis) => (axis === 0 ? 1 : Number(dim)));
    const row = Float32Array.from({ length: labels.reduce((a, b) => a * b, 1) }, (_, at) =>
      dims.length > 0 && at === 0 ? 1 : 0,
    );
    feeds[name] = float32Tensor(labels, row);
  }
  const results = await runModel(session, feeds, [output]);
  const tensor = toFloat32(results[output]!);
  if (tensor.dims.join() !== [1, 3, height, width].join()) return undefined;
  const [made] = tensorImages(tensor);
  const mean = input.data.reduce((sum, value) => sum + value, 0) / input.data.length;
  return { relation: relationOf(input.data, made!.data), mean };
}

/**
 * Returns the door with the caller's feeds. Errors: `INVALID_ARGUMENT` for an input that does not
 * exist or has no value.
 */
function withFeeds(
  session: Session,
  door: Door,
  feeds: DoorOptions['feeds'],
  steering: readonly string[],
): Door {
  const all = { ...door.feeds, ...feeds };
  const beside = session.inputs.filter(
    ({ name, fallback }) => !steering.includes(name) && fallback === undefined,
  );
  for (const [name, value] of Object.entries(feeds ?? {})) {
    if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value))) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${session.label}: '${value}' for input '${name}' is not a finite number; pass one such as 25.`,
      );
    }
    if (!beside.some((input) => input.name === name)) {
      const names = beside.map((input) => `'${input.name}'`).join(', ');
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${session.label}: no input '${name}' to feed; use one of ${names}.`,
      );
    }
  }
  for (const { name, type } of beside) {
    const value = own(all, name);
    const why = value === undefined ? undefined : whyNotHeld(value, type);
    if (why === undefined) continue;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${session.label}: ${value} for its input '${name}': ${why}.`,
    );
  }
  const missing = beside.find(({ name }) => name !== door.input && own(all, name) === undefined);
  if (missing) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${session.label}: it also takes an input '${missing.name}' [${missing.dims.join(', ')}]; ${passFeed(missing.name)}`,
    );
  }
  const toFill = all[door.input] === undefined ? lackOf(session, door) : undefined;
  if (toFill) throw new GraftError('INVALID_ARGUMENT', `${session.label}: ${toFill}`);
  return { ...door, feeds: all };
}

/** What the image input needs besides red, green and blue. */
function lackOf(session: Session, { input, output, layout = 'NCHW' }: Door): string | undefined {
  const entry = session.inputs.find(({ name }) => name === input);
  const exit = session.outputs.find(({ name }) => name === output);
  const [inputChannels, outputChannels] = [entry, exit].map((side) => channelsIn(side, layout));
  // A file may leave the output's channels open. They are then as many as it takes, as with alpha.
  return whatToFill({ input, inputChannels, outputChannels: outputChannels ?? inputChannels });
}

function channelsIn(value: SessionValue | undefined, layout: string): number | undefined {
  const size = value?.dims.length === 4 ? value.dims[layout.indexOf('C')] : undefined;
  return typeof size === 'number' ? size : undefined;
}
