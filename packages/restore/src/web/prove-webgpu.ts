import { Random } from '@pip-graft/weights';
import { convolution, side } from './convolution.ts';
import type { WebRuntime } from './web-session.ts';

/** Above what orders of summation differ by (1e-6 of values near 1), below what a wrong result is. */
const tolerance = 1e-3;

/**
 * Why WebGPU is not to be trusted here; undefined if a small convolution gives what wasm gives. Drivers
 * exist that announce WebGPU and compute wrong values, or fail at the first run.
 */
export async function proveWebgpu(runtime: WebRuntime): Promise<string | undefined> {
  const model = convolution();
  const random = new Random(2);
  const data = Float32Array.from({ length: 3 * side * side }, () => random.uniform(0, 1));
  const run = async (provider: string): Promise<Float32Array> => {
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    try {
      const input = new runtime.Tensor('float32', data, [1, 3, side, side]);
      const [output] = Object.values(await session.run({ input }));
      return (await output!.getData()) as Float32Array;
    } finally {
      await session.release();
    }
  };
  try {
    const [wanted, got] = [await run('wasm'), await run('webgpu')];
    const wrong = wanted.findIndex((value, at) => !(Math.abs(value - got[at]!) < tolerance));
    return wrong < 0 ? undefined : 'WebGPU computes other values than wasm here';
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `WebGPU failed on a small convolution (${message.split('\n', 1)[0]!.slice(0, 200)})`;
  }
}
