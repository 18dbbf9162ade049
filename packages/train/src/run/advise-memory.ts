import { totalmem } from 'node:os';
import { GraftError } from '@pip-graft/onnx-graft';
import { type StepMemory, stepMemoryFactor } from '../graph/step-memory.ts';

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
