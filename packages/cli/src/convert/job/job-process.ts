// A process of its own for one job: what native code takes or breaks ends with it.
import { failureOf } from '../../pipeline/exit.ts';
import type { FromProcess, ToProcess } from './messages.ts';
import { runJob } from './run-job.ts';

const send = (message: FromProcess): Promise<void> =>
  new Promise((resolve) => process.send?.(message, () => resolve()) ?? resolve());

process.once('message', async (job: ToProcess) => {
  try {
    const made = await runJob(job, {
      onStage: (stage, done, total) => void send({ kind: 'stage', stage, done, total }),
    });
    await send({ kind: 'made', made });
  } catch (error) {
    await send({ kind: 'failed', ...failureOf(error) });
  }
  process.disconnect();
});
// The parent process is gone.
process.once('disconnect', () => process.exit());
