import { argument, type DataType, own } from '@pip-graft/onnx-graft';
import type { Device } from '../session/session.ts';
import { kernelGap } from './cuda-kernel.ts';
import type { ExpectedNode, ExpectedPlacement } from './expected-placement.ts';
import type { ProfiledNode } from './profile-run.ts';
import { cudaKernelsSource } from './tables/cuda-kernels.ts';
import { operatorHistory } from './tables/operator-history.ts';

/** Which provider ran which nodes, in one profiled run. */
export interface Placement {
  readonly side: 'host' | 'grafted';
  readonly device: Device;
  readonly width: number;
  readonly height: number;
  /**
   * `strict`: the session was created with fallback to the CPU forbidden. `profile`: every node
   * with a large float output ran on the device. `none`: neither holds.
   */
  readonly evidence: 'strict' | 'profile' | 'none';
  readonly providers: readonly {
    readonly provider: string;
    readonly nodes: number;
    /** From the profile: on CUDA, the time to launch, not to compute. */
    readonly milliseconds: number;
  }[];
  /** Nodes that copy between device and CPU. */
  readonly copies: number;
  /** Nodes with a large float output that ran on the CPU. */
  readonly fallbacks: readonly {
    readonly node: string;
    readonly opType: string;
    readonly output: string;
    readonly reason: string;
  }[];
  /** The run compared with onnxruntime's published kernel list; only on a device that has one. */
  readonly expected?: {
    /** Nodes compared. */
    readonly compared: number;
    /** Nodes that are not in the file (fused, inserted, unnamed) or have no expected place. */
    readonly unmatched: number;
    readonly differences: readonly {
      readonly node: string;
      readonly opType: string;
      /** Type and shape of its first output. */
      readonly output: string;
      readonly expected: 'device' | 'cpu';
      /** Why it is expected there. */
      readonly place: ExpectedNode['place'];
      /** The provider that ran it. */
      readonly ran: string;
    }[];
  };
}

/** Names of onnxruntime's execution providers. */
const providers: Readonly<Record<Device, string>> = {
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
  argument.requireMembers({ nodes }, 'summariseProfile', { nodes: 'a list' });
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

/** Where a node is expected, by its place in {@link ExpectedNode}; undefined if unknown. */
const sides: Readonly<Record<ExpectedNode['place'], 'device' | 'cpu' | undefined>> = {
  kernel: 'device',
  none: 'cpu',
  follows: 'cpu',
  shapes: 'cpu',
  // Computed before the run, unless the optimiser left it.
  folded: undefined,
  unjudged: undefined,
};

/**
 * Compares where nodes ran with where onnxruntime's published kernel list expects them, so that
 * facts correct the list. Compares only nodes with the name and operator of a node in the file:
 * onnxruntime names the nodes that it fuses or inserts.
 *
 * @example
 * comparePlacement(expectedPlacement(facts), nodes).differences;
 */
export function comparePlacement(
  { device, nodes }: Pick<ExpectedPlacement, 'device' | 'nodes'>,
  profiled: readonly ProfiledNode[],
): NonNullable<Placement['expected']> {
  const wanted = new Map<string, ExpectedNode | undefined>();
  // A name shared by several nodes identifies none.
  for (const node of nodes) wanted.set(node.node, wanted.has(node.node) ? undefined : node);
  let compared = 0;
  const differences = profiled.flatMap(({ node, opType, provider, outputs }) => {
    const expected = wanted.get(node);
    if (expected === undefined || expected.opType !== opType) return [];
    const side = sides[expected.place];
    if (side === undefined) return [];
    compared++;
    const ran = provider === providers[device] ? 'device' : 'cpu';
    if (ran === side) return [];
    const [first] = outputs;
    const output = first === undefined ? '' : `${first.type} [${first.dims.join(', ')}]`;
    return [{ node, opType, output, expected: side, place: expected.place, ran: provider }];
  });
  return { compared, unmatched: profiled.length - compared, differences };
}
