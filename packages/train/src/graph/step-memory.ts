import { totalmem } from 'node:os';
import {
  type DataType,
  GraftError,
  graphFacts,
  type Model,
  type Node,
  type Shaped,
} from '@pip-graft/onnx-graft';

/** Bytes that a training step takes, besides what the process already uses. */
interface StepMemory {
  /**
   * The same for any batch and patch: the runtime, its nodes, its copies of the weights, and
   * parameters with their gradients.
   */
  readonly fixed: number;
  /** Peak of activations and their gradients; grows with batch and patch. */
  readonly activations: number;
}

/** Copies of the weights: in the file, as tensors, and in another layout for convolutions. */
const weightCopies = 3;

/** The runtime's bytes per node, and its base. Measured with 4500 to 8400 nodes. */
const nodeBytes = 12 * 1024;
const runtimeBytes = 64 * 2 ** 20;

/** onnxruntime's arena allocates growing blocks, leaves some of them empty, and changes layouts. */
const arenaShare = 1.25;

/**
 * Factor by which an estimate may be off. Fitted to a few networks; two larger steps with
 * checkpointing took about twice the estimate, so it can be too optimistic there.
 */
export const stepMemoryFactor = 1.5;

/**
 * Estimates what a step of a training graph takes, from the sizes of its values and the order of
 * its nodes; see {@link stepMemoryFactor}.
 *
 * @example stepMemory(trainingGraph(host, adapter, { batch: 4, patch: 64, loss: 'psnr', angles: 2e-5 })).activations
 */
export function stepMemory({
  model,
  gradients,
}: {
  readonly model: Model;
  readonly gradients: ReadonlyMap<string, string>;
}): StepMemory {
  const { graph } = model;
  const { values } = graphFacts(model).sample;
  const size = (value: string): number => bytesOf(values.get(value));
  const sum = (names: Iterable<string>): number =>
    [...names].reduce((bytes, name) => bytes + size(name), 0);
  const initializers = graph.initializers.map(({ name }) => name);
  const weights = weightCopies * sum(initializers) + 2 * sum(gradients.keys());
  const rootOf = rootsOf(graph.nodes);
  const fixed = new Set([
    ...initializers,
    ...gradients.keys(),
    ...[...gradients.values()].map(rootOf),
  ]);
  return {
    fixed: runtimeBytes + nodeBytes * graph.nodes.length + weights,
    activations:
      arenaShare * peakOf(model, (value) => (fixed.has(value) ? 0 : size(value)), rootOf),
  };
}

/** Returns the peak bytes of live values when nodes run in order. */
function peakOf(
  { graph }: Model,
  size: (value: string) => number,
  rootOf: (value: string) => string,
): number {
  const lastUse = new Map<string, number>();
  for (const { inputs, outputs, index } of graph.nodes)
    for (const value of [...inputs, ...outputs]) lastUse.set(rootOf(value), index);
  for (const { name } of graph.outputs) lastUse.set(rootOf(name), graph.nodes.length);
  const dying = new Map<number, string[]>();
  for (const [value, at] of lastUse) dying.set(at, [...(dying.get(at) ?? []), value]);
  let now = graph.inputs.reduce((bytes, { name }) => bytes + size(name), 0);
  let most = now;
  for (const { outputs, index } of graph.nodes) {
    for (const value of outputs) if (rootOf(value) === value) now += size(value);
    most = Math.max(most, now);
    for (const value of dying.get(index) ?? []) now -= size(value);
  }
  return most;
}

/** Operators whose output is their first input in another shape and takes no memory. */
const views = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** Bytes of an element of the types in a training graph that are not 4 bytes, as float32 is. */
const sizes: Readonly<Partial<Record<DataType, number>>> = { bool: 1, float16: 2, int64: 8 };

/** Returns the bytes of a value; 0 if its size is unknown. */
export function bytesOf(value: Shaped | undefined): number {
  const count = value?.dims?.reduce((product, size) => product * size, 1) ?? 0;
  const bytes = count * (sizes[value?.dataType ?? 'float32'] ?? 4);
  return Number.isNaN(bytes) ? 0 : bytes;
}

/** Returns a function from each value to the value whose memory it shares; itself for most. */
export function rootsOf(
  nodes: readonly Pick<Node, 'opType' | 'inputs' | 'outputs'>[],
): (value: string) => string {
  const roots = new Map<string, string>();
  for (const { opType, inputs, outputs } of nodes)
    if (views.has(opType)) roots.set(outputs[0]!, roots.get(inputs[0]!) ?? inputs[0]!);
  return (value) => roots.get(value) ?? value;
}

/** Returns the memory of this machine; a device's is unknown. */
export function machineMemory(device: 'cpu' | 'cuda'): MachineMemory {
  if (device !== 'cpu') return { all: Number.POSITIVE_INFINITY, free: Number.POSITIVE_INFINITY };
  // Without a limit on the process, this is 0 or more than the machine has.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { all: Math.min(totalmem(), limit), free: process.availableMemory() };
}

/** A step and the memory it takes. */
export interface StepSize {
  readonly batch: number;
  readonly patch: number;
  readonly accumulate: number;
  readonly checkpointing: boolean;
  /** Number that sides of patches must be multiples of. */
  readonly sizeMultiple: number;
  readonly need: StepMemory;
}

/** Memory in bytes; infinite if unknown. */
export interface MachineMemory {
  /** Memory of the machine, or the limit of this process. */
  readonly all: number;
  /** Free part of it. */
  readonly free: number;
}

/**
 * Returns a note, before the first step, if its memory may not suffice; undefined if it does. An
 * estimate is off by a factor, so a step that may fit gets a note, not an error.
 *
 * Errors: `RUNTIME_FAILED` for a step that the machine cannot hold.
 */
export function foreseeMemory(step: StepSize, memory: MachineMemory): string | undefined {
  const need = step.need.fixed + step.need.activations;
  if (need > memory.all * stepMemoryFactor)
    throw new GraftError(
      'RUNTIME_FAILED',
      `${stepOf(step)} takes about ${gib(need)}, and this machine has ${gib(memory.all)}; ${adviceFor(step, memory.free)}`,
    );
  if (need <= memory.free) return undefined;
  return `${stepOf(step)} takes about ${gib(need)}, and ${gib(memory.free)} are free; if memory runs out, ${adviceFor(step, memory.free)}`;
}

/** Returns the error for a step that ran out of memory. */
export function ranOut(step: StepSize, { free }: MachineMemory, cause: unknown): GraftError {
  const need = step.need.fixed + step.need.activations;
  // Free memory that should have sufficed did not: advise half of the step next.
  const room = Math.min(free, step.need.fixed + step.need.activations / 2);
  return new GraftError(
    'RUNTIME_FAILED',
    `Memory ran out. ${stepOf(step)} takes about ${gib(need)}${Number.isFinite(free) ? `, and ${gib(free)} were free` : ''}; ${adviceFor(step, room)} What was saved before is as it was.`,
    { cause },
  );
}

/** Returns the batch and patch that fit an amount of memory, and what else makes a step smaller. */
function adviceFor(step: StepSize, room: number): string {
  const { batch, patch, accumulate, checkpointing, sizeMultiple, need } = step;
  const each = need.activations / batch;
  const patches = Math.min(batch - 1, Math.floor((room - need.fixed) / each));
  const ways: string[] = [];
  if (patches >= 1) {
    const times = Math.ceil((batch * accumulate) / patches);
    ways.push(
      `batch ${patches}, patch ${patch} fits (with accumulate ${times} for a step of as many patches)`,
    );
  } else {
    const side = patch * Math.sqrt(Math.max(0, room - need.fixed) / each);
    const fitting = Math.min(patch - sizeMultiple, Math.floor(side / sizeMultiple) * sizeMultiple);
    const times = batch * accumulate;
    if (fitting >= Math.max(8, sizeMultiple))
      ways.push(
        `batch 1, patch ${fitting} fits${times > 1 ? ` (with accumulate ${times} for a step of as many patches)` : ''}`,
      );
    else
      ways.push(
        'no batch of this host is sure to fit: close other programs or take a smaller host',
      );
  }
  if (!checkpointing) ways.push('checkpointing takes less memory for more time');
  return `${ways.join('; ')}.`;
}

function stepOf({ batch, patch }: StepSize): string {
  return `A step of ${batch === 1 ? 'one patch' : `${batch} patches`} of ${patch} pixels`;
}

function gib(bytes: number): string {
  const size = bytes / 2 ** 30;
  return `${size.toFixed(size < 10 ? 1 : 0)} GiB`;
}
