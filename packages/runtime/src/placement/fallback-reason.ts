import { type DataType, own } from '@pip-graft/onnx-graft';
import type { Device } from '../session/session.ts';
import { kernelGap } from './cuda-kernel.ts';
import type { ProfiledNode } from './read-profile.ts';
import { cudaKernelsSource } from './tables/cuda-kernels.ts';
import { operatorHistory } from './tables/operator-history.ts';

/** What is looked up in a model about one of its nodes. */
export interface ModelNodes {
  /** Operator set versions by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Whether some size in the file is open, so that arithmetic on shapes is left. */
  readonly dynamic: boolean;
}

/** Operators that onnxruntime keeps on the CPU when what they read is there already. */
const shapeArithmetic = new Set([
  ...['Shape', 'Gather', 'Concat', 'Slice', 'Unsqueeze', 'Squeeze', 'Cast', 'Range', 'Expand'],
  ...[
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
  ],
]);

/** The likely reason why a node ran on the CPU instead of a device: a guess from what is known, and said as one. */
export function fallbackReason(
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

/** A profile names types as C++ does. Those of inputs it leaves out: a node's float result says enough. */
function floatType(type: string | undefined): DataType | undefined {
  if (type === 'float16' || type === 'bfloat16') return type;
  return type === 'float' ? 'float32' : undefined;
}
