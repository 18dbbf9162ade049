import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SessionOptions } from '../session/create-session.ts';

const execute = promisify(execFile);

/** Time limit in milliseconds; the tool answers at once unless the driver hangs. */
const patience = 20_000;

/** Returns the bytes of a device's memory that all processes use; undefined if that is unknown. */
export async function deviceMemory({
  device,
  deviceId = 0,
}: Pick<SessionOptions, 'device' | 'deviceId'>): Promise<number | undefined> {
  if (device !== 'cuda') return undefined;
  const query = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', `--id=${deviceId}`];
  try {
    const { stdout } = await execute('nvidia-smi', query, { timeout: patience });
    const mebibytes = Number(stdout.trim().split('\n')[0]);
    return Number.isFinite(mebibytes) ? mebibytes * 2 ** 20 : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Inputs that onnxruntime's CUDA kernels read from the CPU's memory: shapes, axes, bounds. Source:
 * the kernels' `InputMemoryType(OrtMemTypeCPUInput, …)`. Reductions have axes as input 1.
 */
const cpuInputs: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  ConstantOfShape: [0],
  CumSum: [1],
  Dropout: [1, 2],
  Expand: [1],
  If: [0],
  Loop: [0, 1],
  OneHot: [1],
  Pad: [1, 2, 3],
  Range: [0, 1, 2],
  Reshape: [1],
  Resize: [1, 2, 3],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Trilu: [1],
  Unsqueeze: [1],
  Upsample: [1],
};

/** Operators whose CUDA kernel writes its result to the CPU's memory. */
const cpuOutputs = new Set(['Shape', 'Size']);

export function readsFromCpu(opType: string, input: number): boolean {
  return opType.startsWith('Reduce') ? input === 1 : (cpuInputs[opType]?.includes(input) ?? false);
}

export function writesToCpu(opType: string): boolean {
  return cpuOutputs.has(opType);
}
