import { ops } from '@pip-graft/onnx-graft';
import { type Backward, dimsOf } from '../backward.ts';
import type { Window } from './window.ts';

/**
 * Gradient of a convolution by its input.
 *
 * With stride 1 it is a convolution with the weight turned around, which runtimes do faster than a
 * transposed one, depthwise by a factor of eight (spec onnxruntime.md section 8); where the weight
 * is a constant, turning it is done when the graph is loaded.
 */
export function inputGradient(
  at: Backward,
  dy: string,
  weight: string,
  groups: number,
  { kernel, strides, dilations, pads }: Window,
): string {
  const { g, node } = at;
  const reach = kernel.map((size, axis) => dilations[axis]! * (size - 1));
  const mirrored = pads.map((pad, side) => reach[side % 2]! - pad);
  if (strides.every((stride) => stride === 1) && mirrored.every((pad) => pad >= 0)) {
    return g.node('Conv', [dy, turned(at, weight, groups)], {
      kernel_shape: { ints: [...kernel] },
      dilations: { ints: [...dilations] },
      pads: { ints: mirrored },
      group: { int: groups },
    })[0]!;
  }
  const [has, made] = [node.inputs[0]!, node.outputs[0]!].map((value) =>
    dimsOf(at, value).slice(2),
  );
  // Rows and columns behind the last position of the window: none of them was looked at.
  const rest = has!.map(
    (size, axis) =>
      size -
      ((made![axis]! - 1) * strides[axis]! + reach[axis]! + 1 - pads[axis]! - pads[axis + 2]!),
  );
  return g.node('ConvTranspose', [dy, weight], {
    kernel_shape: { ints: [...kernel] },
    strides: { ints: [...strides] },
    dilations: { ints: [...dilations] },
    pads: { ints: [...pads] },
    output_padding: { ints: rest },
    group: { int: groups },
  })[0]!;
}

/** A weight (K, C/G, h, w) with inputs and outputs exchanged in each group and the kernel turned by half a turn. */
function turned(at: Backward, weight: string, groups: number): string {
  const { g } = at;
  const [outputs = 0, inputs = 0, height = 0, width = 0] = dimsOf(at, weight);
  const turn = (value: string): string =>
    height === 1 && width === 1
      ? value
      : ops.slice(g, value, {
          axes: [2, 3],
          starts: [-1, -1],
          ends: [-(2 ** 31), -(2 ** 31)],
          steps: [-1, -1],
        });
  // Depthwise: nothing to exchange.
  if (groups === outputs && inputs === 1) return turn(weight);
  if (groups === 1) return turn(ops.transpose(g, weight, [1, 0, 2, 3]));
  const each = outputs / groups;
  const parted = ops.reshape(g, weight, [groups, each, inputs, height, width]);
  const swapped = ops.transpose(g, parted, [0, 2, 1, 3, 4]);
  return turn(ops.reshape(g, swapped, [groups * inputs, each, height, width]));
}
