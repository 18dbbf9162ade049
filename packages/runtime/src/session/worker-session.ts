import { GraftError } from '@pip-graft/onnx-graft';
import { nativeReason } from '../process/native-reason.ts';
import { type Isolation, WorkerProcess } from '../process/worker-process.ts';
import type { NativeOptions } from './native-session.ts';
import type { Session } from './session.ts';

/** A session in a process of its own, which ends with it. Errors: those of {@link WorkerProcess}. */
export async function openWorker(
  path: string,
  options: NativeOptions,
  isolation: Isolation,
): Promise<Session> {
  const { label, device, optimisation, strict } = options;
  const worker = new WorkerProcess(label, isolation);
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
        // A session that is released writes its profile; one that crashed has nothing to give back.
        await worker.call('release', null).catch(() => {});
        await worker.close();
      },
    };
  } catch (error) {
    const reason = nativeReason(worker.log);
    await worker.close();
    const device = error instanceof GraftError && error.code === 'DEVICE_UNAVAILABLE';
    if (!device || reason === undefined || error.message.includes(reason)) throw error;
    throw new GraftError(error.code, `${error.message}: ${reason}`, { cause: error });
  }
}
