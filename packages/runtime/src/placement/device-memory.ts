import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SessionOptions } from '../session/session.ts';

const execute = promisify(execFile);

/** Milliseconds; the tool answers at once unless the driver hangs. */
const patience = 20_000;

/** Bytes of a device's memory in use by all processes; undefined where nothing tells it. */
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
