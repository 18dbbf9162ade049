import { type FloatType, type GraphBuilder, ops, type TensorBytes } from '@pip-graft/onnx-graft';
import { elementCount, encodeFloats, type TensorMap } from '@pip-graft/weights';
import { constantly, type Init, kaiming, type Parameter } from './parameter.ts';

/** A square convolution, by default of stride 1 and same size. */
export interface ConvShape {
  readonly from: number;
  readonly to: number;
  readonly kernel: 1 | 2 | 3;
  readonly bias: boolean;
  readonly depthwise?: boolean;
  readonly stride?: number;
  /** Padding of a 3x3: zeros (default), or the edge pixels replicated. */
  readonly border?: 'zero' | 'edge';
  /** Scale of the initial weights, as in {@link kaiming}. Default: 1. */
  readonly gain?: number;
  /** Number of adjacent output channels that start equal: those of a pixel shuffle. */
  readonly alike?: number;
  /** Whether the input has been pooled to one pixel. */
  readonly pooled?: boolean;
  /** Exact name of the result, if the model outputs it. */
  readonly output?: string;
}

/** State shared by all places of a network while it is written. */
export interface NetworkBase {
  readonly dataType: FloatType;
  /** Names of height and width at scale 1. */
  readonly size: readonly [height: string, width: string];
  /** Parameters requested so far, in order. */
  readonly parameters: Map<string, Parameter>;
  /** Values that all places share, by key. */
  readonly shared: Map<string, string>;
  /** Without weights the network only lists its parameters. */
  readonly weights: TensorMap | undefined;
}

/**
 * A place in a network during writing: nodes are named under `encoder_level1.0/attn`, parameters
 * under `encoder_level1.0.attn`. Writing a network also declares its parameters, so that their list
 * and their use cannot differ.
 */
export class Network {
  readonly g: GraphBuilder;
  readonly base: NetworkBase;
  /** Downsampling factor of the features here relative to the image: 1, 2, 4, … */
  readonly scale: number;
  readonly #root: GraphBuilder;
  readonly #path: string;

  constructor(root: GraphBuilder, base: NetworkBase, g = root, path = '', scale = 1) {
    this.g = g;
    this.base = base;
    this.scale = scale;
    this.#root = root;
    this.#path = path;
  }

  get dataType(): FloatType {
    return this.base.dataType;
  }

  /** A place below this one. @example net.at('attn') */
  at(part: string): Network {
    const path = `${this.#path}${part}.`;
    return new Network(this.#root, this.base, this.g.scope(part), path, this.scale);
  }

  /** The same place, with features `scale` times smaller than the image. */
  scaled(scale: number): Network {
    return new Network(this.#root, this.base, this.g, this.#path, scale);
  }

  /** Records that a value is a feature with this many channels at this scale, and returns it. */
  feature(value: string, channels: number): string {
    const part = this.scale === 1 ? '' : `/${this.scale}`;
    const [height, width] = this.base.size.map((side) => side + part);
    return this.g.describe(value, this.dataType, ['batch', channels, height!, width!]);
  }

  /** Height and width of a feature at this scale, int64 [2]; read from the first one requested. */
  pixels(x: string): string {
    return this.once(`pixels/${this.scale}`, (g, name) => ops.spatialSize(g, x, { name }));
  }

  /** Target shape of a feature at this scale for Reshape: the batch is copied. */
  shape(x: string, channels: number): string {
    const size = this.pixels(x);
    return this.once(`shape/${this.scale}/${channels}`, (g, name) =>
      ops.concat(g, [g.ints([0, channels]), size], 0, { name }),
    );
  }

  /** Declares that a value is a feature with its pixels in a row: (N, heads, channels, H·W). */
  rows(value: string, heads: number, channels: number): string {
    return this.g.describe(value, this.dataType, [
      'batch',
      heads,
      channels,
      `pixels/${this.scale}`,
    ]);
  }

  /** Declares a parameter and returns the value that holds it, in the network's type or another. */
  tensor(
    name: string,
    dims: readonly number[],
    init: Init,
    dataType: FloatType = this.dataType,
  ): string {
    const key = this.declare(name, dims, init);
    const tensor = this.base.weights?.get(key);
    const data: TensorBytes = {
      byteLength: elementCount(dims) * (dataType === 'float32' ? 4 : 2),
      load: () => encodeFloats(tensor?.data ?? new Float32Array(elementCount(dims)), dataType),
    };
    return this.#root.tensor(key, dataType, dims, data);
  }

  /** Lists a parameter that checkpoints contain and the network does not use. */
  declare(name: string, dims: readonly number[], init: Init, unused = false): string {
    const key = this.#path + name;
    this.base.parameters.set(key, { name: key, dims, init, ...(unused ? { unused } : {}) });
    return key;
  }

  /** A convolution with parameters `{name}.weight` and, with a bias, `{name}.bias`. */
  conv(name: string, x: string, shape: ConvShape): string {
    const { from, to, kernel, bias, depthwise = false, stride = 1, output } = shape;
    const inputs = depthwise ? 1 : from;
    const edge = shape.border === 'edge';
    const started = kaiming(inputs * kernel * kernel, shape.gain);
    const init = shape.alike === undefined ? started : { ...started, alike: shape.alike };
    const weight = this.tensor(`${name}.weight`, [to, inputs, kernel, kernel], init);
    const input = edge ? this.#edged(name, x) : x;
    const made = ops.conv(this.g, input, weight, {
      name,
      output,
      bias: bias ? this.tensor(`${name}.bias`, [to], init) : undefined,
      kernel: [kernel, kernel],
      pads: kernel === 3 && !edge ? [1, 1, 1, 1] : undefined,
      strides: stride === 1 ? undefined : [stride, stride],
      group: depthwise ? from : 1,
    });
    if (output !== undefined) return made;
    if (shape.pooled) return this.g.describe(made, this.dataType, ['batch', to, 1, 1]);
    return this.scaled(this.scale * stride).feature(made, to);
  }

  /** Means over squares of `side` pixels. */
  pool(name: string, x: string, channels: number, side: number): string {
    const sides = { ints: [side, side] };
    const attributes = { kernel_shape: sides, strides: sides };
    const means = this.g.node('AveragePool', [x], attributes, { name })[0]!;
    return this.scaled(this.scale * side).feature(means, channels);
  }

  /** Replicates the edge by one pixel on every side: a constant stays a constant. */
  #edged(name: string, x: string): string {
    return ops.pad(this.g, x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: 'edge', name: `${name}/pad` });
  }

  /** Layer norm over channels with float32 parameters `weight` and, with a bias, `bias`. */
  norm(x: string, channels: number, eps: number, bias: boolean): string {
    const { dataType } = this;
    return ops.layerNormChannels(this.g, x, {
      weight: this.tensor('weight', [channels], constantly(1), 'float32'),
      bias: bias ? this.tensor('bias', [channels], constantly(0), 'float32') : undefined,
      form: bias ? 'withBias' : 'biasFree',
      eps,
      dataType,
    });
  }

  /** Makes a value once for all places, at the first request. */
  once(key: string, make: (root: GraphBuilder, name: string) => string): string {
    const { shared } = this.base;
    const value = shared.get(key) ?? make(this.#root, key);
    shared.set(key, value);
    return value;
  }
}
