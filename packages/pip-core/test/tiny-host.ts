import {
  buildModel,
  type FloatType,
  GraphBuilder,
  type GraphFacts,
  graphFacts,
  type Model,
  ops,
  type SkipSite,
} from '@pip-graft/onnx-graft';
import {
  type Adapter,
  type InitOptions,
  initAdapter,
  type PlanOptions,
  type PlanRequest,
} from '@pip-graft/pip-core';
import { encodeFloats, Random } from '@pip-graft/weights';

/** A U-Net of three resolutions with two skip connections: one concatenated, one added. */
export interface TinyHost {
  readonly model: Model;
  readonly facts: GraphFacts;
  readonly sites: readonly SkipSite[];
}

export interface TinyHostOptions {
  readonly opset?: number;
  readonly dataType?: FloatType;
  readonly irVersion?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** A name that the graft would choose otherwise. */
  readonly inputName?: string;
}

export function tinyHost(options: TinyHostOptions = {}): TinyHost {
  const {
    opset = 17,
    dataType = 'float32',
    irVersion = 8,
    metadata = {},
    inputName = 'image',
  } = options;
  const g = new GraphBuilder({ opset });
  const random = new Random(5);
  const conv = (name: string, x: string, outputs: number, inputs: number, stride = 1) => {
    const data = Float32Array.from({ length: outputs * inputs * 9 }, () =>
      random.uniform(-0.3, 0.3),
    );
    const weight = g.tensor(
      `${name}.weight`,
      dataType,
      [outputs, inputs, 3, 3],
      encodeFloats(data, dataType),
    );
    return g.node(
      'Conv',
      [x, weight],
      { pads: { ints: [1, 1, 1, 1] }, strides: { ints: [stride, stride] } },
      { name },
    )[0]!;
  };
  const up = (name: string, x: string, channels: number) =>
    ops.depthToSpace(g, conv(name, x, channels * 4, channels * 2), 2);
  const skip1 = ops.relu(g, conv('encoder1', inputName, 8, 3));
  const skip2 = ops.relu(g, conv('encoder2', skip1, 16, 8, 2));
  const bottom = ops.relu(g, conv('bottom', skip2, 32, 16, 2));
  const merge2 = ops.concat(g, [up('up2', bottom, 16), skip2], 1, { name: 'merge2' });
  const decoded2 = conv('decoder2', merge2, 16, 32);
  const merge1 = ops.add(g, up('up1', decoded2, 8), skip1, { name: 'merge1' });
  const output = conv('output', merge1, 3, 8);
  const model = buildModel({
    irVersion,
    opset,
    graphName: 'tiny',
    producer: { name: 'test', version: '0' },
    ...g.fragment(),
    inputs: [{ name: inputName, dataType, dims: ['n', 3, 'h', 'w'] }],
    outputs: [{ name: output, dataType, dims: ['n', 3, 'h', 'w'] }],
    metadata,
  });
  const site = (
    level: number,
    value: string,
    channels: number,
    join: SkipSite['join'],
    merge: string,
  ): SkipSite => {
    const node = model.graph.nodes.find(({ outputs }) => outputs.includes(merge))!;
    const uses = [{ node: node.index, input: 1 }];
    return {
      level,
      value,
      channels,
      layout: 'NCHW',
      scale: level,
      join,
      consumer: node.name,
      uses,
      evidence: [],
    };
  };
  const sites = [site(1, skip1, 8, 'add', merge1), site(2, skip2, 16, 'concat', merge2)];
  return { model, facts: graphFacts(model), sites };
}

const digest = `sha256:${'0'.repeat(64)}`;

/** A request to graft a fresh adapter with small prompts onto a tiny host. */
export function tinyRequest(
  host: TinyHost,
  init: InitOptions = {},
  options: PlanOptions = {},
): PlanRequest & { adapter: Adapter } {
  const family = 'unet';
  const fingerprint = 'tiny-1';
  const choices = {
    labels: ['rain', 'haze', 'blur'],
    promptChannels: [8],
    promptSize: [4],
    seed: 3,
    ...init,
  };
  const adapter = initAdapter({ family, sites: host.sites, fingerprint, digest }, choices);
  return { ...host, family, fingerprint, digest, adapter, adapters: [adapter], options };
}
