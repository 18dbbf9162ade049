import { buildModel, GraphBuilder, type Model, ops } from '@pip-graft/onnx-graft';

export type Dims = readonly (number | string | null)[];

/** Writes small networks to locate sites in: weights are zeros, only the structure counts. */
export class Net {
  readonly g: GraphBuilder;
  #channels = new Map<string, number>();
  #inputs: { name: string; dims: Dims }[] = [];

  constructor(opset = 17) {
    this.g = new GraphBuilder({ opset });
  }

  image(name = 'image', dims: Dims = ['n', 3, 'h', 'w']): string {
    this.#inputs.push({ name, dims });
    this.#channels.set(name, dims[1] as number);
    return name;
  }

  /** Convolution of `size` with padding that keeps the size, then stride. */
  conv(x: string, to: number, size = 3, stride = 1): string {
    const half = (size - 1) >> 1;
    const pads = [half, half, half, half];
    const w = this.#weight([to, this.of(x), size, size]);
    return this.#is(to, ops.conv(this.g, x, w, { strides: [stride, stride], pads }));
  }

  /** Two convolutions with a local residual around them. */
  block(x: string): string {
    const inner = this.conv(this.relu(this.conv(x, this.of(x))), this.of(x));
    return this.add(x, inner);
  }

  relu(x: string): string {
    return this.op('Relu', x);
  }

  op(type: string, x: string): string {
    return this.#is(this.of(x), this.g.node(type, [x])[0]!);
  }

  add(a: string, b: string): string {
    return this.#is(this.of(a), ops.add(this.g, a, b));
  }

  mul(a: string, b: string): string {
    return this.#is(this.of(a), ops.mul(this.g, a, b));
  }

  concat(...parts: string[]): string {
    const channels = parts.reduce((sum, part) => sum + this.of(part), 0);
    return this.#is(channels, ops.concat(this.g, parts, 1));
  }

  maxPool(x: string, size = 2): string {
    const pair = { ints: [size, size] };
    const out = this.g.node('MaxPool', [x], { kernel_shape: pair, strides: pair })[0]!;
    return this.#is(this.of(x), out);
  }

  globalPool(x: string): string {
    return this.op('GlobalAveragePool', x);
  }

  convTranspose(x: string, to: number): string {
    const w = this.#weight([this.of(x), to, 2, 2]);
    return this.#is(to, this.g.node('ConvTranspose', [x, w], { strides: { ints: [2, 2] } })[0]!);
  }

  resize(x: string, factor: number): string {
    const scales = this.g.floats([1, 1, factor, factor]);
    return this.#is(this.of(x), this.g.node('Resize', [x, '', scales])[0]!);
  }

  resizeLike(x: string, like: string): string {
    return this.#is(this.of(x), ops.resizeTo(this.g, x, ops.spatialSize(this.g, like)));
  }

  shuffle(x: string, factor = 2): string {
    return this.#is(this.of(x) / factor ** 2, ops.depthToSpace(this.g, x, factor));
  }

  unshuffle(x: string, factor = 2): string {
    const channels = this.of(x);
    return this.#is(channels * factor ** 2, ops.pixelUnshuffle(this.g, x, factor, channels));
  }

  /** Every second row and column, four times: as in the Focus layer and in Haar wavelets. */
  focus(x: string): string {
    const parts = [0, 1].flatMap((row) =>
      [0, 1].map((column) => {
        const options = {
          starts: [row, column],
          ends: [2 ** 40, 2 ** 40],
          axes: [2, 3],
          steps: [2, 2],
        };
        return this.#is(this.of(x), ops.slice(this.g, x, options));
      }),
    );
    return this.concat(...parts);
  }

  /** PixelUnshuffle as PyTorch's tracing exporter writes it. */
  reshapedUnshuffle(x: string): string {
    const { g } = this;
    const size = g.node('Shape', [x])[0]!;
    const at = (i: number): string => ops.slice(g, size, { starts: [i], ends: [i + 1], axes: [0] });
    const half = (i: number): string => ops.div(g, at(i), g.ints([2]));
    const [two, c] = [g.ints([2]), this.of(x)];
    const split = ops.concat(g, [at(0), g.ints([c]), half(2), two, half(3), two], 0);
    const moved = ops.transpose(g, ops.reshape(g, x, split), [0, 1, 3, 5, 2, 4]);
    const merged = ops.concat(g, [at(0), g.ints([4 * c]), half(2), half(3)], 0);
    return this.#is(4 * c, ops.reshape(g, moved, merged));
  }

  /** PixelShuffle as PyTorch's tracing exporter writes it. */
  reshapedShuffle(x: string): string {
    const { g } = this;
    const size = g.node('Shape', [x])[0]!;
    const at = (i: number): string => ops.slice(g, size, { starts: [i], ends: [i + 1], axes: [0] });
    const twice = (i: number): string => ops.mul(g, at(i), g.ints([2]));
    const c = this.of(x) / 4;
    const split = ops.concat(g, [at(0), g.ints([c, 2, 2]), at(2), at(3)], 0);
    const moved = ops.transpose(g, ops.reshape(g, x, split), [0, 1, 4, 2, 5, 3]);
    const merged = ops.concat(g, [at(0), g.ints([c]), twice(2), twice(3)], 0);
    return this.#is(c, ops.reshape(g, moved, merged));
  }

  /** Rows and columns padded at the end to a multiple, as in NAFNet. */
  padTo(x: string, multiple: number): string {
    const { g } = this;
    const size = ops.spatialSize(g, x);
    const m = g.ints([multiple]);
    const rest = g.node('Mod', [size, m])[0]!;
    const missing = g.node('Mod', [ops.sub(g, m, rest), m])[0]!;
    const pads = ops.concat(g, [g.ints([0, 0, 0, 0, 0, 0]), missing], 0);
    return this.#is(this.of(x), ops.pad(g, x, pads));
  }

  cropLike(x: string, like: string): string {
    const size = ops.spatialSize(this.g, like);
    const { g } = this;
    return this.#is(this.of(x), g.node('Slice', [x, g.ints([0, 0]), size, g.ints([2, 3])])[0]!);
  }

  /** Channels of a value. */
  of(x: string): number {
    return this.#channels.get(x)!;
  }

  /** Records the channels of a value made with the builder directly. */
  is(channels: number, value: string): string {
    return this.#is(channels, value);
  }

  weight(dims: readonly number[]): string {
    return this.#weight(dims);
  }

  model(...outputs: string[]): Model {
    const { nodes, initializers } = this.g.fragment();
    return buildModel({
      irVersion: 8,
      opset: this.g.opset,
      graphName: 'net',
      producer: { name: 'test', version: '0' },
      nodes,
      initializers,
      inputs: this.#inputs.map(({ name, dims }) => ({ name, dims, dataType: 'float32' })),
      outputs: outputs.map((name) => ({
        name,
        dataType: 'float32' as const,
        dims: ['n', this.of(name), null, null],
      })),
    });
  }

  #weight(dims: readonly number[]): string {
    const count = dims.reduce((product, size) => product * size, 1);
    return this.g.tensor('weight', 'float32', dims, new Uint8Array(4 * count));
  }

  #is(channels: number, value: string): string {
    this.#channels.set(value, channels);
    return value;
  }
}
