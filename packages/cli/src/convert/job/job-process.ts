// Runs one job in a separate process, which contains the memory and the crashes of native code.
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
// The parent process has ended.
process.once('disconnect', () => process.exit());
