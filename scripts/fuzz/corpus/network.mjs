import { buildModel, GraphBuilder, ops } from '@pip-graft/onnx-graft';

/**
 * The smallest possible U-Net, as the bytes of its file.
 *
 * @param {object} variant
 * @param {number} [variant.opset]
 * @param {number} [variant.irVersion]
 * @param {(string | number | null)[]} [variant.dims]
 * @param {'concat' | 'add'} [variant.join]
 * @param {'transpose' | 'shuffle' | 'resize'} [variant.up]
 * @param {boolean} [variant.attention]
 * @param {number} [variant.levels]
 * @param {boolean} [variant.body]
 */
export function smallNetwork({
  opset = 17,
  irVersion = 8,
  dims = ['n', 3, 'h', 'w'],
  join = 'concat',
  up = 'transpose',
  attention = false,
  levels = 2,
  body = false,
}) {
  const g = new GraphBuilder({ opset });
  const weight = (...shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = new Uint8Array(Float32Array.from({ length: count }, (_, i) => (i % 7) / 8).buffer);
    return g.tensor('weight', 'float32', shape, data);
  };
  const conv = (x, from, to, size = 1, stride = 1) => {
    const half = (size - 1) >> 1;
    const pads = [half, half, half, half];
    return ops.conv(g, x, weight(to, from, size, size), { strides: [stride, stride], pads });
  };
  const rise = (x, channels, like) => {
    if (up === 'transpose') {
      const w = weight(channels, channels / 2, 2, 2);
      return g.node('ConvTranspose', [x, w], { strides: { ints: [2, 2] } })[0];
    }
    if (up === 'shuffle') return ops.depthToSpace(g, conv(x, channels, 2 * channels), 2);
    const wide = ops.resizeTo(g, x, ops.spatialSize(g, like));
    return conv(wide, channels, channels / 2);
  };
  const refine = (x, channels) =>
    attention ? attend(g, x, channels, conv) : conv(x, channels, channels);

  let width = 4;
  let x = conv('image', 3, width, 3);
  const skips = [];
  for (let level = 0; level < levels; level++) {
    x = g.node('Relu', [refine(x, width)])[0];
    skips.push(x);
    x = conv(x, width, 2 * width, 3, 2);
    width *= 2;
  }
  if (body) x = choice(g, x);
  for (const skip of skips.reverse()) {
    x = rise(x, width, skip);
    width /= 2;
    x = join === 'add' ? ops.add(g, x, skip) : conv(ops.concat(g, [x, skip], 1), 2 * width, width);
    x = refine(x, width);
  }
  const restored = ops.add(g, conv(x, width, 3, 3), 'image');
  const { nodes, initializers } = g.fragment();
  const value = (name) => ({ name, dataType: /** @type {const} */ ('float32'), dims });
  const { source } = buildModel({
    irVersion,
    opset,
    producer: { name: 'fuzz', version: '1' },
    graphName: 'net',
    nodes,
    initializers,
    inputs: [
      value('image'),
      ...(irVersion < 4
        ? initializers.map(({ name, dataType, dims }) => ({ name, dataType, dims }))
        : []),
    ],
    outputs: [value(restored)],
    metadata: { author: 'fuzz' },
  });
  return source.read(0, source.size).slice();
}

/** Channel attention with computed shapes, as exporters trace it. */
function attend(g, x, channels, conv) {
  const shape = g.node('Shape', [x])[0];
  const at = (i) => ops.slice(g, shape, { starts: [i], ends: [i + 1], axes: [0] });
  const rows = ops.mul(g, at(2), at(3));
  const flat = ops.concat(g, [at(0), g.ints([2, channels / 2]), rows], 0);
  const [q, k, v] = [0, 1, 2].map(() => ops.reshape(g, conv(x, channels, channels), flat));
  const scores = g.node('MatMul', [q, ops.transpose(g, k, [0, 1, 3, 2])])[0];
  const mixed = g.node('MatMul', [g.node('Softmax', [scores], { axis: { int: -1 } })[0], v])[0];
  return ops.add(g, x, ops.reshape(g, mixed, shape));
}

/** A Where on a comparison of sizes, so that conditions and booleans occur too. */
function choice(g, x) {
  const size = g.node('Gather', [g.node('Shape', [x])[0], g.ints([2])])[0];
  const odd = g.node('Equal', [ops.mul(g, size, g.ints([1])), g.ints([7])])[0];
  return g.node('Where', [odd, x, g.node('Sigmoid', [x])[0]])[0];
}
