import { type GraphFacts, type ImageInput, mainImage } from '@pip-graft/onnx-graft';
import type { ImageTensors } from './located.ts';
import type { Trails } from './trail.ts';

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
