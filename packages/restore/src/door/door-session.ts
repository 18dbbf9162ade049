import { GraftError } from '@pip-graft/onnx-graft';
import type { Session, SessionValue } from '@pip-graft/runtime/session';
import {
  emptyRecord,
  type TensorFeeds,
  type TypedTensor,
  type TypedTensorOf,
  toFloat32,
} from '@pip-graft/weights';
import { channelsOf, type Door, enter, fillInput, leave } from './door.ts';

/** Inputs that a graft adds; the caller of a session feeds them. */
export interface OwnInputs {
  readonly steering: readonly string[];
}

/**
 * Wraps a session as one of a model that takes and makes planar RGB from 0 to 1: one image input
 * (B,3,H,W) of float32, and the image as the first output. Converts from and to the model's range,
 * order of colours, layout, element type, channels and fixed batch, and fills its other inputs.
 * Returns a session unchanged if its model is like that already.
 *
 * Errors of `run`: `INVALID_ARGUMENT` for another input without a value.
 */
export function doorSession(session: Session, door: Door, own: OwnInputs): Session {
  const input = session.inputs.find(({ name }) => name === door.input);
  const output = session.outputs.find(({ name }) => name === door.output);
  if (input?.dims.length !== 4 || !output) return session;
  if (isPlain(session, door, own, input)) return session;
  const open = doorOf(session, door, own, input);
  return {
    ...session,
    get strict() {
      return session.strict;
    },
    inputs: [open.image, ...session.inputs.filter(({ name }) => own.steering.includes(name))],
    outputs: [
      { name: output.name, type: 'float32', dims: ['batch', 3, 'height', 'width'] },
      ...session.outputs.filter((value) => value !== output),
    ],
    run: (feeds, fetches) => open.run(feeds, fetches ?? session.outputs.map(({ name }) => name)),
    time: (feeds, runs) => session.time(open.parts(feeds)[0]!.feeds, runs),
    ...(session.memory ? { memory: (dims) => session.memory!(open.dims(dims)) } : {}),
  };
}

/** Converts feeds of a door's session to what the model takes; `session` is the model's. */
export function nativeFeeds(
  session: Pick<Session, 'inputs' | 'outputs' | 'label'>,
  door: Door,
  own: OwnInputs,
  feeds: TensorFeeds,
): TensorFeeds {
  const input = session.inputs.find(({ name }) => name === door.input);
  if (input?.dims.length !== 4 || isPlain(session, door, own, input)) return feeds;
  return doorOf(session as Session, door, own, input).parts(feeds)[0]!.feeds;
}

function isPlain(
  session: Pick<Session, 'inputs' | 'outputs'>,
  { values, layout, output }: Door,
  own: OwnInputs,
  input: SessionValue,
) {
  const [batch, channels] = input.dims;
  const side = values?.input;
  const exit = values?.output;
  const first = session.outputs.find(({ dims }) => dims.length === 4);
  return (
    (layout ?? 'NCHW') === 'NCHW' &&
    (typeof batch === 'string' || batch === 1) &&
    (typeof channels === 'string' || channels === 3) &&
    /float/.test(input.type) &&
    first?.name === output &&
    /float/.test(first?.type ?? '') &&
    (first?.dims[1] === 3 || (typeof first?.dims[1] === 'string' && !isColours(first.dims[3]))) &&
    [side, exit].every(
      (one) => !one || ((one.range ?? '0..1') === '0..1' && one.order === 'rgb'),
    ) &&
    session.inputs.every(({ name }) => name === input.name || own.steering.includes(name))
  );
}

/** Whether a last size is that of colours, which a transpose put there, and not of columns. */
function isColours(last: SessionValue['dims'][number] | undefined): boolean {
  return typeof last === 'number' && last <= 4;
}

interface Part {
  readonly feeds: TensorFeeds;
  /** Images of the caller in this part; a fixed batch is filled up with copies. */
  readonly images: number;
}

function doorOf(session: Session, door: Door, own: OwnInputs, input: SessionValue) {
  const { layout = 'NCHW', feeds: values = {} } = door;
  const [rows, columns] = [layout.indexOf('H'), layout.indexOf('W')];
  const beside = session.inputs.filter(
    ({ name, fallback }) =>
      name !== input.name && !own.steering.includes(name) && fallback === undefined,
  );
  const fixed = batchOf([input, ...beside]);
  const isGrey = channelsOf(input, layout) === 1;
  const image: SessionValue = {
    name: input.name,
    type: 'float32',
    dims: [fixed === 1 ? 1 : 'batch', 3, input.dims[rows]!, input.dims[columns]!],
  };

  /** What the model runs on: one batch after another; for a grey model, those of each plane. */
  const parts = (feeds: TensorFeeds, plane?: number): Part[] => {
    const whole = toFloat32(feeds[input.name]!);
    const [images = 1, , height = 1, width = 1] = whole.dims;
    const step = fixed ?? images;
    return Array.from({ length: Math.ceil(images / step) }, (_, at) => {
      const from = at * step;
      const taken = Math.min(step, images - from);
      const cut = (tensor: TypedTensorOf<'float32'>) => rowsOf(tensor, from, taken, step);
      const ready = emptyRecord<TypedTensor>();
      ready[input.name] = enter(cut(whole), input, door, plane);
      for (const name of own.steering) {
        const tensor = feeds[name];
        if (!tensor) continue;
        const perImage = images > 1 && tensor.dims.length > 1 && tensor.dims[0] === images;
        ready[name] = perImage ? cut(toFloat32(tensor)) : tensor;
      }
      for (const one of beside) {
        ready[one.name] = fillInput(one, values[one.name], { images: step, height, width });
      }
      return { feeds: ready, images: taken };
    });
  };

  const runParts = async (list: readonly Part[], fetches: readonly string[]) => {
    const made: TensorFeeds[] = [];
    for (const part of list) {
      const results = await session.run(part.feeds, fetches);
      made.push(fixed === undefined ? results : kept(results, part.images, fixed));
    }
    return joined(made);
  };

  return {
    image,
    parts,
    dims: (dims: Readonly<Record<string, readonly number[]>>) => {
      const [images = 1, , height = 1, width = 1] = dims[input.name] ?? [];
      const sizes: Record<string, readonly number[]> = { ...dims };
      const count = channelsOf(input, layout);
      const batch = fixed ?? images;
      sizes[input.name] =
        layout === 'NCHW' ? [batch, count, height, width] : [batch, height, width, count];
      for (const one of beside) {
        sizes[one.name] = fillInput(one, 0, { images: batch, height, width }).dims;
      }
      return sizes;
    },
    async run(feeds: TensorFeeds, fetches: readonly string[]): Promise<TensorFeeds> {
      const planes = isGrey && !isGreyImage(toFloat32(feeds[input.name]!)) ? [0, 1, 2] : [0];
      const results: TensorFeeds[] = [];
      for (const plane of planes) {
        results.push(await runParts(parts(feeds, isGrey ? plane : undefined), fetches));
      }
      const { output } = door;
      if (output === null || !fetches.includes(output)) return results[0]!;
      const made = results.map((one) => leave(one[output]!, door));
      return { ...results[0]!, [output]: threePlanes(made, session.label) };
    },
  };
}

/** The batch that an image, or a map beside it, fixes; undefined if each leaves it open. */
function batchOf(inputs: readonly SessionValue[]): number | undefined {
  for (const { dims } of inputs) {
    const [batch] = dims;
    if (dims.length === 4 && typeof batch === 'number') return batch;
  }
  return undefined;
}

/** Takes `count` images of a batch and repeats the last one until there are `step`. */
function rowsOf(
  { dims, data }: TypedTensorOf<'float32'>,
  from: number,
  count: number,
  step: number,
): TypedTensorOf<'float32'> {
  const size = data.length / dims[0]!;
  const out = new Float32Array(step * size);
  for (let row = 0; row < step; row++) {
    const at = from + Math.min(row, count - 1);
    out.set(data.subarray(at * size, (at + 1) * size), row * size);
  }
  return { type: 'float32', dims: [step, ...dims.slice(1)], data: out };
}

function kept(results: TensorFeeds, images: number, fixed: number): TensorFeeds {
  if (images === fixed) return results;
  const cut = emptyRecord<TypedTensor>();
  for (const [name, tensor] of Object.entries(results)) {
    const { dims, data } = tensor;
    cut[name] =
      dims[0] === fixed
        ? ({
            ...tensor,
            dims: [images, ...dims.slice(1)],
            data: data.slice(0, (data.length / fixed) * images),
          } as TypedTensor)
        : tensor;
  }
  return cut;
}

function joined(made: readonly TensorFeeds[]): TensorFeeds {
  if (made.length === 1) return made[0]!;
  const all = emptyRecord<TypedTensor>();
  for (const [name, first] of Object.entries(made[0]!)) {
    if (!first.type.startsWith('float') || first.dims.length === 0) {
      all[name] = first;
      continue;
    }
    const tensors = made.map((one) => toFloat32(one[name]!));
    const data = new Float32Array(tensors.reduce((sum, one) => sum + one.data.length, 0));
    let at = 0;
    for (const one of tensors) {
      data.set(one.data, at);
      at += one.data.length;
    }
    const images = tensors.reduce((sum, { dims }) => sum + dims[0]!, 0);
    all[name] = { type: 'float32', dims: [images, ...first.dims.slice(1)], data };
  }
  return all;
}

function isGreyImage({ dims, data }: TypedTensorOf<'float32'>): boolean {
  const size = dims[2]! * dims[3]!;
  return data.every((value, at) => {
    const plane = Math.floor(at / size) % 3;
    return plane === 0 || value === data[at - plane * size];
  });
}

/** Returns three planes of each image, from outputs that have one plane each or all three. */
function threePlanes(
  made: readonly TypedTensorOf<'float32'>[],
  label: string,
): TypedTensorOf<'float32'> {
  const [first] = made;
  const [images = 1, channels, height = 1, width = 1] = first!.dims;
  if (channels === 3) return first!;
  if (channels !== 1) {
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${label}: its output has the shape [${first!.dims.join(', ')}]; an image has 1, 3 or 4 channels; export the model with one of these.`,
    );
  }
  const size = height * width;
  const data = new Float32Array(images * 3 * size);
  for (let image = 0; image < images; image++) {
    for (let plane = 0; plane < 3; plane++) {
      const from = made[plane % made.length]!.data;
      data.set(from.subarray(image * size, (image + 1) * size), (3 * image + plane) * size);
    }
  }
  return { type: 'float32', dims: [images, 3, height, width], data };
}
