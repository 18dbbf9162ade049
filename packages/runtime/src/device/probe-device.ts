import { buildModel, GraftError, GraphBuilder, type Model, ops } from '@pip-graft/onnx-graft';
import { float32Tensor } from '@pip-graft/weights';
import { createSession } from '../session/create-session.ts';
import { runModel } from '../session/run-model.ts';
import type { Device } from '../session/session.ts';

/** Whether a device really computes and, if not, why. */
export interface DeviceProbe {
  readonly device: Device;
  readonly works: boolean;
  /** What ran and its error, or what onnxruntime threw. */
  readonly detail: string;
}

export interface ProbeOptions {
  /** Index of the device; default: 0. */
  readonly deviceId?: number;
  /** Time limit in milliseconds; default: one minute. */
  readonly timeout?: number;
  /** Opens the session; default: {@link createSession}. */
  readonly open?: typeof createSession;
}

const side = 8;
/** Far above the rounding of a 9-term sum of numbers below 1, even in TF32; far below a wrong result. */
const tolerance = 5e-3;

/**
 * Tests a device by running a 3x3 convolution on it and comparing the result with plain arithmetic. A
 * listed provider or an open session proves nothing, because onnxruntime falls back silently.
 *
 * @example (await probeDevice('cuda', { deviceId: 1 })).works
 */
export async function probeDevice(
  device: Device,
  { deviceId = 0, timeout = 60_000, open = createSession }: ProbeOptions = {},
): Promise<DeviceProbe> {
  const image = Float32Array.from({ length: side * side }, (_, index) => ((index * 37) % 64) / 64);
  const kernel = Float32Array.from({ length: 9 }, (_, index) => (index - 4) / 9);
  try {
    const session = await open(
      convolution(kernel),
      // In a separate process, because a driver may crash or hang.
      { device, deviceId, label: 'probe', isolation: { timeout } },
    );
    try {
      const { y } = await runModel(session, { x: float32Tensor([1, 1, side, side], image) });
      const expected = convolve(image, kernel);
      const worst = Math.max(
        ...expected.map((value, index) => Math.abs(value - Number(y!.data[index]))),
      );
      const works = worst <= tolerance;
      return {
        device,
        works,
        detail: `a convolution ran with a ${works ? 'correct' : 'WRONG'} result (largest error ${worst.toExponential(1)})`,
      };
    } finally {
      await session.release();
    }
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    return { device, works: false, detail: error.message.replace(/^probe: /, '') };
  }
}

function convolution(kernel: Float32Array): Model {
  const g = new GraphBuilder({ opset: 17 });
  const weight = g.tensor('weight', 'float32', [1, 1, 3, 3], new Uint8Array(kernel.buffer));
  ops.conv(g, 'x', weight, { kernel: [3, 3], pads: [1, 1, 1, 1], output: 'y' });
  const value = (name: string) =>
    ({ name, dataType: 'float32', dims: [1, 1, side, side] }) as const;
  return buildModel({
    irVersion: 8,
    opset: 17,
    producer: { name: 'pip-graft', version: '0' },
    graphName: 'probe',
    ...g.fragment(),
    inputs: [value('x')],
    outputs: [value('y')],
  });
}

function convolve(image: Float32Array, kernel: Float32Array): number[] {
  const at = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= side || column >= side ? 0 : image[row * side + column]!;
  return Array.from(image, (_, index) => {
    const [row, column] = [Math.floor(index / side), index % side];
    return kernel.reduce(
      (sum, weight, tap) =>
        sum + weight * at(row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1),
      0,
    );
  });
}
