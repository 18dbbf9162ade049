import { type GraphFacts, imageRanges } from '@pip-graft/graft';
import type { Expectation } from '@pip-graft/report/text';
import { expectedPlacement } from '@pip-graft/runtime';
import { InvalidArgumentError, Option } from 'commander';
import { decimal } from './options.ts';

/** Option of commands that run no model, but predict what a device will do. */
export interface ExpectedDevice {
  readonly device?: 'cuda';
}

export function expectedDeviceOption(): Option {
  return new Option(
    '--device <device>',
    "also show where each node is expected to run, from onnxruntime's published kernel list; runs nothing",
  ).choices(['cuda']);
}

export function expectedOf(facts: GraphFacts): Expectation {
  const { nodes, ...rest } = expectedPlacement(facts);
  const counts = { kernel: 0, none: 0, follows: 0, shapes: 0, folded: 0, unjudged: 0 };
  for (const { place } of nodes) counts[place]++;
  return {
    ...rest,
    counts,
    none: nodes.flatMap(({ node, opType, gap }) =>
      gap === undefined ? [] : [{ node, opType, ...gap }],
    ),
  };
}

/** Choices for the conversion of images to and from a model's values. */
export interface DoorChoices {
  readonly range?: (typeof imageRanges)[number];
  readonly feed?: Readonly<Record<string, number>>;
}

/** Returns the options `--range` and `--feed`. */
export function doorOptions(): Option[] {
  return [
    new Option(
      '--range <range>',
      "value range of the model's input and output images; default: read from its graph or stamp, otherwise measured on a small image",
    ).choices(imageRanges),
    new Option(
      '--feed <input=number>',
      "value of an input other than the image, such as a noise level, in the model's unit; repeatable; default: the stamp's",
    ).argParser(feedOf),
  ];
}

/** Converts these choices to the library's options. */
export function choicesOfDoor({ range, feed }: DoorChoices): {
  readonly range?: (typeof imageRanges)[number];
  readonly feeds?: Readonly<Record<string, number>>;
} {
  return { ...(range ? { range } : {}), ...(feed ? { feeds: feed } : {}) };
}

function feedOf(text: string, all: Readonly<Record<string, number>> = {}): Record<string, number> {
  const at = text.lastIndexOf('=');
  const value = at > 0 ? decimal(text.slice(at + 1)) : Number.NaN;
  if (!Number.isFinite(value))
    throw new InvalidArgumentError('expected an input and a number, such as sigma=25.');
  return Object.fromEntries([...Object.entries(all), [text.slice(0, at), value]]);
}
