import { type DataType, own } from '@pip-graft/onnx-graft';
import type { Device } from '../session/session.ts';
import { kernelGap } from './cuda-kernel.ts';
import type { Placement } from './placement.ts';
import type { ProfiledNode } from './read-profile.ts';
import { cudaKernelsSource } from './tables/cuda-kernels.ts';
import { operatorHistory } from './tables/operator-history.ts';

/** Names of onnxruntime's execution providers. */
export const providers: Readonly<Record<Device, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
};

/**
 * Number of elements up to which float tensors are arithmetic on scales and shapes, which
 * onnxruntime keeps on the CPU on purpose (microsoft/onnxruntime#4940); feature maps are always
 * larger.
 */
export const sizeableElements = 64;

const copyNodes = new Set(['MemcpyToHost', 'MemcpyFromHost']);

/**
 * Returns which provider ran which nodes, from one profile. The evidence is `profile` if nodes with
 * a large float output ran on the device, and none elsewhere.
 *
 * @param model facts about the file, to explain why a node fell back
 */
export function summariseProfile(
  nodes: readonly ProfiledNode[],
  device: Device,
  model: ModelNodes,
): Pick<Placement, 'evidence' | 'providers' | 'copies' | 'fallbacks'> {
  const wanted = providers[device];
  const byProvider = new Map<string, { nodes: number; milliseconds: number }>();
  for (const { provider, milliseconds } of nodes) {
    const sum = byProvider.get(provider) ?? { nodes: 0, milliseconds: 0 };
    byProvider.set(provider, {
      nodes: sum.nodes + 1,
      milliseconds: sum.milliseconds + milliseconds,
    });
  }
  const fallbacks = nodes.flatMap((node) => {
    const output = node.outputs.find(isSizeable);
    if (node.provider === wanted || output === undefined || copyNodes.has(node.opType)) return [];
    return [
      {
        node: node.node,
        opType: node.opType,
        output: `${output.type} [${output.dims.join(', ')}]`,
        reason: fallbackReason(node, device, model),
      },
    ];
  });
  const worked = nodes.some((node) => node.provider === wanted && node.outputs.some(isSizeable));
  return {
    evidence: worked && fallbacks.length === 0 ? 'profile' : 'none',
    providers: [...byProvider]
      .map(([provider, sum]) => ({ provider, ...sum }))
      .sort((a, b) => b.nodes - a.nodes),
    copies: nodes.filter(({ opType }) => copyNodes.has(opType)).length,
    fallbacks,
  };
}

function isSizeable({ type, dims }: ProfiledNode['outputs'][number]): boolean {
  const count = dims.reduce((product, size) => product * size, 1);
  return /^(float|double|bfloat16)/.test(type) && count > sizeableElements;
}

/** Facts about a model that explain where its nodes ran. */
interface ModelNodes {
  /** Operator set versions by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Whether a size in the file is open, so that arithmetic on shapes remains. */
  readonly dynamic: boolean;
}

/** Operators that onnxruntime keeps on the CPU if their inputs are there already. */
const shapeArithmetic = new Set([
  'Shape',
  'Gather',
  'Concat',
  'Slice',
  'Unsqueeze',
  'Squeeze',
  'Cast',
  'Range',
  'Expand',
  'ConstantOfShape',
  'Tile',
  'Where',
  'Equal',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Mod',
  'Floor',
  'Ceil',
]);

/** Returns the likely reason why a node ran on the CPU instead of the device. */
function fallbackReason(
  { opType, outputs }: Pick<ProfiledNode, 'opType' | 'outputs'>,
  device: Device,
  { opsets, dynamic }: ModelNodes,
): string {
  const opset = opsets.get('') ?? 0;
  if (device === 'cuda') {
    const [first] = outputs;
    const gap =
      own(operatorHistory, opType) !== undefined
        ? kernelGap({ domain: '', opType, opset, type: () => floatType(first?.type) })
        : undefined;
    if (gap !== undefined) {
      return `${gap.reason} (by onnxruntime's published kernel list, ${cudaKernelsSource.version})`;
    }
  }
  if (dynamic) return 'dynamic shape: a size in the file is open';
  if (shapeArithmetic.has(opType)) {
    return 'arithmetic on shapes or constants, which onnxruntime leaves where its inputs are';
  }
  return `${device} has no kernel for ${opType} of operator set ${opset}, or not for these attributes`;
}

/**
 * Converts a type from its C++ name in a profile. Profiles omit the types of inputs, so the type of
 * a node's float result stands in.
 */
function floatType(type: string | undefined): DataType | undefined {
  if (type === 'float16' || type === 'bfloat16') return type;
  return type === 'float' ? 'float32' : undefined;
}
