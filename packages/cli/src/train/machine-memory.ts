import { totalmem } from 'node:os';
import type { MachineMemory } from './advise-memory.ts';

/** The memory of this machine; how much a device has is not known. */
export function machineMemory(device: 'cpu' | 'cuda'): MachineMemory {
  if (device !== 'cpu') return { all: Number.POSITIVE_INFINITY, free: Number.POSITIVE_INFINITY };
  // Without a limit on the process, its limit is 0 or more than there is.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { all: Math.min(totalmem(), limit), free: process.availableMemory() };
}
