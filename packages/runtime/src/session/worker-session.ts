import { GraftError } from '@pip-graft/onnx-graft';
import {
  type Isolation,
  nativeReason,
  type SharedWorker,
  WorkerProcess,
} from '../process/worker-process.ts';
import type { NativeOptions } from './native-session.ts';
import type { Session } from './session.ts';

/**
 * Opens a session in a separate process, which ends with the session, or in a shared one.
 * Errors: those of {@link WorkerProcess}.
 */
export async function openWorker(
  path: string,
  options: NativeOptions,
  isolation: Isolation,
  shared?: SharedWorker,
): Promise<Session> {
  const { label, device, optimisation, strict } = options;
  const worker = shared?.get() ?? new WorkerProcess(label, isolation);
  const close = async (): Promise<void> => {
    if (shared === undefined) await worker.close();
  };
  try {
    const { inputs, outputs } = await worker.call('open', { path, options });
    return {
      label,
      device,
      optimisation,
      strict: device === 'cpu' || strict,
      inputs,
      outputs,
      run: (feeds, fetches) => worker.call('run', { feeds, fetches }),
      time: (feeds, runs) => worker.call('time', { feeds, runs }),
      memory: (dims) => worker.call('memory', dims),
      async release() {
        // Releasing a session writes its profile; a crashed session has nothing to release.
        await worker.call('release', null).catch(() => {});
        await close();
      },
    };
  } catch (error) {
    const reason = nativeReason(worker.log);
    await close();
    const device = error instanceof GraftError && error.code === 'DEVICE_UNAVAILABLE';
    if (!device || reason === undefined || error.message.includes(reason)) throw error;
    throw new GraftError(error.code, `${error.message}: ${reason}`, { cause: error });
  }
}
