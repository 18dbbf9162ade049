import {
  buildModel,
  type FloatType,
  GraftError,
  GraphBuilder,
  type Model,
} from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { version } from '../version.ts';
import { Network, type NetworkBase } from './network.ts';
import { checkWeights, type Parameter } from './parameter.ts';

/** Options of the functions that build a network. */
export interface BuildOptions {
  /**
   * ONNX operator set, 11 to 23. Default: 17, the first with LayerNormalization and widely
   * supported; 22 for bfloat16.
   */
  readonly opset?: number | undefined;
  /**
   * Element type of input, output and weights. Norms, softmax and attention scores stay float32.
   * Default: float32.
   */
  readonly dataType?: FloatType | undefined;
}

/** A network as a function that writes its nodes from `input` to a node with output `output`. */
export interface NetworkSpec {
  readonly family: string;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Names of height and width at full size, if they are not the input's. */
  readonly size?: readonly [height: string, width: string];
  readonly write: (net: Network) => void;
}

/** The IR version that came with each operator set: readers reject a version newer than theirs. */
const irVersions: readonly (readonly [opset: number, irVersion: number])[] = [
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [12, 7],
  [11, 6],
];

/** Lists the parameters of a network. */
export function listParameters(spec: NetworkSpec): Parameter[] {
  const parameters = new Map<string, Parameter>();
  spec.write(new Network(new GraphBuilder({ opset: 17 }), base(spec, { parameters })));
  return [...parameters.values()];
}

/** Writes a network with its weights as a model with free batch, height and width. */
export function writeNetwork(
  spec: NetworkSpec,
  weights: TensorMap,
  options: BuildOptions = {},
): Model {
  const { dataType = 'float32' } = options;
  const { opset = dataType === 'bfloat16' ? 22 : 17 } = options;
  if (dataType === 'bfloat16' && opset < 22) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `ONNX has convolutions in bfloat16 since operator set 22, not in ${opset}; raise it, or choose float16.`,
    );
  }
  const root = new GraphBuilder({ opset });
  checkWeights(spec.family, listParameters(spec), weights);
  spec.write(new Network(root, base(spec, { dataType, weights })));
  return buildModel({
    irVersion: irVersions.find(([since]) => opset >= since)?.[1] ?? 6,
    opset,
    producer: { name: 'pip-graft', version },
    graphName: spec.family,
    ...root.fragment(),
    inputs: [{ name: 'input', dataType, dims: ['batch', spec.inChannels, 'height', 'width'] }],
    outputs: [{ name: 'output', dataType, dims: ['batch', spec.outChannels, 'height', 'width'] }],
  });
}

function base(spec: NetworkSpec, given: Partial<NetworkBase>): NetworkBase {
  const { size = ['height', 'width'] } = spec;
  const empty = { dataType: 'float32', parameters: new Map(), weights: undefined } as const;
  return { ...empty, size, shared: new Map(), ...given };
}
