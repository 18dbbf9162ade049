import { whatToFill, whyNotFilled } from '@pip-graft/backbones';
import {
  GraftError,
  type ImageRange,
  own,
  type SkipSite,
  type ValueInfo,
} from '@pip-graft/onnx-graft';
import type { HostImage } from '@pip-graft/pip-core';
import { whyNotHeld } from '@pip-graft/weights';
import { type Host, imageOf } from './host.ts';

/** Choices about a host's images. */
export interface ImageChoices {
  readonly range?: ImageRange | undefined;
  readonly feeds?: Readonly<Record<string, number>> | undefined;
}

/**
 * Returns how images enter and leave a host, with the given choices.
 *
 * Errors: `INVALID_ARGUMENT` for another input without a value, or a value without an input;
 * `UNSUPPORTED_HOST` for images that this library cannot feed or read.
 */
export function imageWith(
  { model, facts, located }: Host,
  { range, feeds = {} }: ImageChoices,
): HostImage | null {
  const { image } = located;
  const found = imageOf(located);
  if (!image || !found) return null;
  const { label } = model.source;
  const unusable =
    whyUnusable(image, located.rejected) ??
    whyNoPixels(facts, image) ??
    whyResized(facts, image) ??
    (range === undefined ? image.unfit : undefined);
  if (unusable) throw new GraftError('UNSUPPORTED_HOST', `${label}: ${unusable}`);
  const fillable = image.inputChannels === 4 || image.inputChannels === 5 ? [image.input] : [];
  const names = [...image.beside, ...fillable];
  const unknown = Object.keys(feeds).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const known = names.length > 0 ? `; it takes ${names.join(', ')}` : '';
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${label}: a value is given for '${unknown}', but it has no such input besides the image${known}.`,
    );
  }
  const odd = model.graph.inputs.find(
    ({ name, dataType }) => image.beside.includes(name) && !fillableTypes.test(dataType ?? ''),
  );
  if (odd !== undefined) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: besides the image it takes an input '${odd.name}' ${ofType(odd)}, which no number can fill; export the model without it, or with it as float32 or int64.`,
    );
  }
  const sizing = image.height === undefined && image.beside.find((name) => setsSize(facts, name));
  if (sizing) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: its input '${sizing}' sets a size, and one number fits images of one size only; export the model without it, with sizes computed from the image.`,
    );
  }
  const toFill = whatToFill(image);
  const missing = names.find(
    (name) => own(feeds, name) === undefined && !(name === image.input && toFill === undefined),
  );
  if (missing !== undefined) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      missing === image.input
        ? `${label}: ${toFill}`
        : `${label}: besides the image it takes an input '${missing}'; pass its value, as \`feeds\` or with --feed ${missing}=NUMBER; the graft keeps it as the default.`,
    );
  }
  for (const { name, dataType } of model.graph.inputs) {
    const value = own(feeds, name);
    const why = value === undefined ? undefined : whyNotHeld(value, dataType);
    if (why === undefined) continue;
    throw new GraftError('INVALID_ARGUMENT', `${label}: ${value} for its input '${name}': ${why}.`);
  }
  const { values = image.values } = found;
  const { input, output } = values;
  return {
    ...found,
    ...(isInParts(facts, image.input, located.sites) ? { inParts: true } : {}),
    values: range ? { input: { ...input, range }, output: { ...output, range } } : values,
    ...(Object.keys(feeds).length > 0 ? { feeds } : {}),
  };
}

/** Whether skip features have more rows than the image: several parts of it, such as tiles. */
function isInParts({ sample }: Host['facts'], input: string, sites: readonly SkipSite[]): boolean {
  const rowsOf = (value: string) => sample.values.get(value)?.dims?.[0] ?? 1;
  return sites.some(({ value }) => rowsOf(value) > rowsOf(input));
}

/** Operators that compute sizes from sizes. */
const sizeOperators =
  /^(Identity|Cast|Concat|Slice|Gather|Squeeze|Unsqueeze|Reshape|Split|Add|Sub|Mul|Div|Floor|Ceil|Min|Max)$/;

/** Inputs that give operators a size: scales and sizes, and a shape. */
const sizeInputs: Readonly<Record<string, readonly number[]>> = {
  Resize: [2, 3],
  Upsample: [1],
  Reshape: [1],
};

/** Whether an input of the model becomes the size of something. */
function setsSize(facts: Host['facts'], input: string): boolean {
  const open = [input];
  const seen = new Set(open);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const { node, input: at } of facts.uses(name)) {
      const { opType, outputs } = facts.model.graph.nodes[node]!;
      if (own(sizeInputs, opType)?.includes(at)) return true;
      if (!sizeOperators.test(opType)) continue;
      for (const made of outputs) if (!seen.has(made)) open.push(made);
      for (const made of outputs) seen.add(made);
    }
  }
  return false;
}

/** Element types that a number can fill. */
const fillableTypes = /^(float(16|32|64)|bfloat16|u?int(8|16|32|64)|bool)$/;

/** Names the type of an input; it may be a sequence or an optional value instead of a tensor. */
function ofType({ dataType, dims }: ValueInfo): string {
  if (dataType !== undefined) return `of type ${dataType}`;
  return dims === undefined ? 'that is not a tensor' : 'of unknown type';
}

/** Reason why an output cannot be read as an image: classes, counts, conditions. */
function whyNoPixels(
  { sample, model }: Host['facts'],
  { output }: NonNullable<Host['located']['image']>,
): string | undefined {
  const declared = model.graph.outputs.find(({ name }) => name === output)?.dataType;
  const type = declared ?? sample.values.get(output ?? '')?.dataType;
  if (type === undefined || /^(b?float\d+|uint8)$/.test(type)) return undefined;
  return `its output '${output}' is of type ${type}, which is not an image; export it as float32, float16 or uint8.`;
}

/** Reason why an output does not fit its image: networks that enlarge or reduce, or cut borders. */
function whyResized(
  { sample }: Host['facts'],
  { input, output, layout }: NonNullable<Host['located']['image']>,
): string | undefined {
  const from = sample.values.get(input)?.dims;
  const to = sample.values.get(output ?? '')?.dims;
  if (from?.length !== 4 || to?.length !== 4) return undefined;
  const [height, width] = [from[layout.indexOf('H')]!, from[layout.indexOf('W')]!];
  const isSame = ['NCHW', 'NHWC'].some(
    (axes) => to[axes.indexOf('H')] === height && to[axes.indexOf('W')] === width,
  );
  if (isSame) return undefined;
  const [rows, columns] = [to[layout.indexOf('H')]!, to[layout.indexOf('W')]!];
  const isKnown = [height, width, rows, columns].every((size) => Number.isFinite(size));
  if (!isKnown) return undefined;
  return `its output '${output}' ${compared(rows, height, 'rows')} and ${compared(columns, width, 'columns')} of its image '${input}'; a restoration network keeps the size, so resize or crop the output when you export it.`;
}

/** A size beside another: samples are large, so numbers themselves would say little. */
function compared(size: number, whole: number, what: string): string {
  const times = size / whole;
  if (Number.isInteger(times * 8)) return `has ${times} times the ${what}`;
  return `has ${Math.abs(size - whole)} ${size > whole ? 'more' : 'fewer'} than the ${what}`;
}

function whyUnusable(
  { inputChannels, outputChannels, input, output }: NonNullable<Host['located']['image']>,
  rejected: Host['located']['rejected'],
): string | undefined {
  if (output === undefined) {
    const stop = rejected.find(({ reason }) => reason.startsWith('its shape is not known'));
    return stop === undefined
      ? `none of its outputs is an image made of '${input}'; a restoration network makes one of the same size.`
      : `it is not known whether an output is an image made of '${input}': value '${stop.value}': ${stop.reason}.`;
  }
  const notFilled = whyNotFilled({ input, inputChannels });
  if (notFilled) return notFilled;
  if (outputChannels !== undefined && ![1, 3, 4].includes(outputChannels))
    return `its output '${output}' has ${outputChannels} channels, which is not an image; 1 (grey), 3 and 4 are.`;
  return undefined;
}
