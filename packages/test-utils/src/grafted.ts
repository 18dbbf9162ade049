import { join } from 'node:path';
import {
  buildModel,
  type FloatType,
  GraphBuilder,
  graphFacts,
  type Model,
  ops,
  type SkipSite,
} from '@pip-graft/onnx-graft';
import { digest, saveModel } from '@pip-graft/onnx-graft/node';
import {
  type Adapter,
  applyPlan,
  type InitOptions,
  initAdapter,
  makePlan,
  type PlanOptions,
  requirePlan,
} from '@pip-graft/pip-core';
import { encodeFloats, type FloatTensor, Random } from '@pip-graft/weights';

/**
 * A U-Net of two resolutions: skip 1 (8 channels) joins by addition, skip 2 (16 channels) by
 * concatenation.
 */
export function tinyUnet(dataType: FloatType = 'float32', size?: number): Model {
  const g = new GraphBuilder({ opset: 17 });
  const random = new Random(5);
  const conv = (name: string, x: string, outputs: number, inputs: number, stride = 1) => {
    const count = outputs * inputs * 9;
    const data = Float32Array.from({ length: count }, () => random.uniform(-0.3, 0.3));
    const dims = [outputs, inputs, 3, 3];
    const weight = g.tensor(`${name}.weight`, dataType, dims, encodeFloats(data, dataType));
    return ops.conv(g, x, weight, { name, strides: [stride, stride], pads: [1, 1, 1, 1] });
  };
  const up = (name: string, x: string, channels: number) =>
    ops.depthToSpace(g, conv(name, x, channels * 4, channels * 2), 2);
  const skip1 = ops.relu(g, conv('encoder1', 'input', 8, 3), { name: 'skip1' });
  const skip2 = ops.relu(g, conv('encoder2', skip1, 16, 8, 2), { name: 'skip2' });
  const bottom = ops.relu(g, conv('bottom', skip2, 32, 16, 2));
  const decoded = conv(
    'decoder2',
    ops.concat(g, [up('up2', bottom, 16), skip2], 1, { name: 'merge2' }),
    16,
    32,
  );
  const merged = ops.add(g, up('up1', decoded, 8), skip1, { name: 'merge1' });
  const output = conv('output', merged, 3, 8);
  const picture = { dataType, dims: ['n', 3, size ?? 'h', size ?? 'w'] } as const;
  return buildModel({
    irVersion: 8,
    opset: 17,
    graphName: 'tiny',
    producer: { name: 'test', version: '0' },
    ...g.fragment(),
    inputs: [{ ...picture, name: 'input' }],
    outputs: [{ ...picture, name: output }],
  });
}

export interface GraftedOptions {
  readonly host?: Model;
  readonly init?: InitOptions;
  readonly plan?: PlanOptions;
  /** Opens the gates and marks the adapter as trained. */
  readonly trained?: boolean;
  /** Changes the adapter's tensors. */
  readonly spoil?: (name: string, tensor: FloatTensor) => FloatTensor;
}

export const labels = ['rain', 'haze', 'blur'];

/** Writes host and graft into a folder, as `graft apply` would. */
export async function graftedFiles(
  folder: string,
  options: GraftedOptions = {},
): Promise<{ base: string; grafted: string; model: Model; host: Model }> {
  const { host = tinyUnet(), trained = false } = options;
  const sites = sitesOf(host);
  const fresh = initAdapter(
    { family: 'unet', sites },
    { labels, promptChannels: [8], promptSize: [4], seed: 3, ...options.init },
  );
  const open = (name: string, tensor: FloatTensor): FloatTensor =>
    trained && name.endsWith('.gate') ? { ...tensor, data: tensor.data.map(() => 0.25) } : tensor;
  const spoil = options.spoil ?? ((_name, tensor) => tensor);
  const tensors = new Map(
    [...fresh.tensors].map(([name, tensor]) => [name, spoil(name, open(name, tensor))]),
  );
  const adapter: Adapter = { ...fresh, tensors, training: trained ? { steps: 1 } : null };
  const request = {
    model: host,
    facts: graphFacts(host),
    sites,
    family: 'unet',
    digest: digest(host.source),
    image: { input: 'input', output: host.graph.outputs[0]!.name, sizeMultiple: 4 },
    adapters: [adapter],
    options: options.plan ?? {},
  };
  const tool = { name: 'test', version: '0' };
  const model = applyPlan(requirePlan(makePlan(request)), tool);
  const [base, grafted] = [join(folder, 'host.onnx'), join(folder, 'grafted.onnx')];
  await saveModel(host, base);
  await saveModel(model, grafted);
  return { base, grafted, model, host };
}

function sitesOf({ graph }: Model): SkipSite[] {
  const site = (
    level: number,
    skip: string,
    channels: number,
    join: SkipSite['join'],
    merge: string,
  ): SkipSite => {
    const value = graph.nodes.find((node) => node.name === skip)!.outputs[0]!;
    const node = graph.nodes.find((candidate) => candidate.name === merge)!;
    const uses = [{ node: node.index, input: node.inputs.indexOf(value) }];
    return {
      level,
      value,
      channels,
      layout: 'NCHW',
      scale: level,
      join,
      consumer: merge,
      uses,
      evidence: [],
    };
  };
  return [site(1, 'skip1', 8, 'add', 'merge1'), site(2, 'skip2', 16, 'concat', 'merge2')];
}
