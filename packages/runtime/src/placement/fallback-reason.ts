import { own } from '@pip-graft/onnx-graft';
import type { Device } from '../session/session.ts';
import type { ProfiledNode } from './read-profile.ts';

/** What is looked up in a model about one of its nodes. */
export interface ModelNodes {
  /** Operator set versions by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Whether some size in the file is open, so that arithmetic on shapes is left. */
  readonly dynamic: boolean;
}

/**
 * Last operator set that a CUDA kernel of onnxruntime serves: its registry takes a kernel for
 * the schema version that it names, not for a later one. Versions that are not listed are
 * believed to be served. Source: spec onnxruntime.md sections 4.1 and 4.2.
 */
const lastCudaVersion: Readonly<Record<string, number>> = {
  Pad: 18,
  ConvTranspose: 21,
  GlobalAveragePool: 21,
  InstanceNormalization: 21,
  MaxPool: 21,
  TopK: 23,
  LpNormalization: 21,
};

/** Operators without any CUDA kernel. Source: as above. */
const withoutCudaKernel = new Set([
  ...['Col2Im', 'Mean', 'LpPool', 'Hardmax', 'Unique', 'Tan', 'DFT', 'DeformConv'],
]);

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
  { opType }: Pick<ProfiledNode, 'opType'>,
  device: Device,
  { opsets, dynamic }: ModelNodes,
): string {
  const opset = opsets.get('') ?? 0;
  if (device === 'cuda') {
    if (withoutCudaKernel.has(opType)) return `there is no CUDA kernel for ${opType}`;
    const last = own(lastCudaVersion, opType);
    if (last !== undefined && opset > last) {
      return `kernel version: the CUDA kernel for ${opType} may end at operator set ${last}, and the file has ${opset}; export at 17 or 18`;
    }
  }
  if (dynamic) return 'dynamic shape: a size in the file is open';
  if (shapeArithmetic.has(opType)) {
    return 'arithmetic on shapes or constants, which onnxruntime leaves where its inputs are';
  }
  return `${device} has no kernel for ${opType} of operator set ${opset}, or not for these attributes`;
}
