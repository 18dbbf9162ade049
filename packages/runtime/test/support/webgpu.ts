import { createSession, runModel } from '@pip-graft/runtime';
import { bytesOf, halvingModel } from '@pip-graft/test-utils';
import { float32Tensor } from '@pip-graft/weights';

/** Why no test can use WebGPU here, printed once; undefined if it works. */
export async function withoutWebgpu(): Promise<string | undefined> {
  try {
    const options = { device: 'webgpu', isolation: { timeout: 60_000 } } as const;
    const session = await createSession(bytesOf(halvingModel()), options);
    await runModel(session, { input: float32Tensor([1, 3, 2, 2], new Float32Array(12)) });
    await session.release();
    return undefined;
  } catch (error) {
    const reason = (error as Error).message;
    process.stderr.write(`Tests on WebGPU are skipped: ${reason}\n`);
    return reason;
  }
}
