import { buildModel, GraphBuilder, modelBytes, ops } from '@pip-graft/onnx-graft';
import { encodeFloats, Random } from '@pip-graft/weights';

/** Height and width of the input of {@link convolution}. */
export const side = 32;
const channels = 16;

/** A model of one convolution, small enough to start and to test a runtime with. */
export function convolution(): Uint8Array {
  const g = new GraphBuilder({ opset: 17 });
  const random = new Random(1);
  const count = channels * 3 * 9;
  const weights = Float32Array.from({ length: count }, () => random.uniform(-0.3, 0.3));
  const dims = [channels, 3, 3, 3];
  const weight = g.tensor('weight', 'float32', dims, encodeFloats(weights, 'float32'));
  const output = ops.conv(g, 'input', weight, { name: 'conv', pads: [1, 1, 1, 1] });
  const value = (name: string, depth: number) =>
    ({ name, dataType: 'float32', dims: [1, depth, side, side] }) as const;
  return modelBytes(
    buildModel({
      irVersion: 8,
      opset: 17,
      graphName: 'proof',
      producer: { name: 'pip-graft', version: '0' },
      ...g.fragment(),
      inputs: [value('input', 3)],
      outputs: [value(output, channels)],
    }),
  );
}
