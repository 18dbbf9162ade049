import { type GraphFacts, type ImageInput, type Model, mainImage } from '@pip-graft/onnx-graft';
import type { ImageTensors } from './located.ts';
import type { Trails } from './trail.ts';

/** The inputs that a caller has to feed besides the image, such as a noise level. */
export function besideImage({ graph }: Model, image: string): string[] {
  const { inputs, initializers, sparseInitializers } = graph;
  const defaults = new Set([...initializers, ...sparseInitializers].map(({ name }) => name));
  return inputs.map(({ name }) => name).filter((name) => name !== image && !defaults.has(name));
}

/** The image that goes into a model and the one that comes out; undefined when no input is an image. */
export function imageTensorsOf(facts: GraphFacts, trails: Trails): ImageTensors | undefined {
  const input = mainImage(facts.model);
  if (input === undefined) return undefined;
  const fact = facts.model.graph.inputs.find(({ name }) => name === input.name);
  const output = outputOf(facts, trails);
  const outputChannels = output === undefined ? undefined : trails.feature(output)?.channels;
  return {
    input: input.name,
    output,
    layout: input.layout,
    dataType: fact?.dataType,
    inputChannels: sizeAt(input, 'C'),
    outputChannels: Number.isNaN(outputChannels) ? undefined : outputChannels,
    height: sizeAt(input, 'H'),
    width: sizeAt(input, 'W'),
  };
}

function sizeAt(input: ImageInput, axis: 'C' | 'H' | 'W'): number | undefined {
  const size = input.dims[input.layout.indexOf(axis)];
  return typeof size === 'number' ? size : undefined;
}

/** The largest feature map among the outputs; networks trained at several scales also give smaller ones. */
function outputOf(facts: GraphFacts, trails: Trails): string | undefined {
  let best: { name: string; scale: number } | undefined;
  for (const { name } of facts.model.graph.outputs) {
    const fact = facts.sample.values.get(name);
    const scale = trails.feature(name)?.scale ?? (fact?.axes === '..HW' ? 1 : undefined);
    if (scale !== undefined && (best === undefined || scale < best.scale)) best = { name, scale };
  }
  return best?.name;
}

/**
 * A value in NCHW that has the height and width which rows of tokens have lost: the nearest one of
 * the same resolution that the tokens are made of. undefined when there is none.
 */
export function extentOf(facts: GraphFacts, trails: Trails, tokens: string): string | undefined {
  const scale = trails.feature(tokens)?.scale;
  const seen = new Set<string>();
  const open = [tokens];
  for (let i = 0; i < open.length; i++) {
    const name = open[i]!;
    const feature = trails.feature(name);
    if (feature?.layout === 'NCHW' && feature.scale === scale) return name;
    const at = facts.producer(name);
    const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
    // Sizes that tokens are shaped by may be those of the image before it was padded.
    if (maker?.opType === 'Shape') continue;
    for (const input of maker?.inputs ?? []) {
      if (!seen.has(input)) open.push(input);
      seen.add(input);
    }
  }
  return undefined;
}
