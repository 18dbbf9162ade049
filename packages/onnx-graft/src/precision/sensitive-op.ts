import type { DataType } from '../model/data-type.ts';
import type { Node } from '../model/model.ts';

/** Statistics, exponentials and running sums: their results are too large, too small or too fine for float16. */
const sensitive: ReadonlySet<string> = new Set(
  'ReduceMean ReduceSum ReduceL1 ReduceL2 ReduceSumSquare ReduceProd ReduceLogSum ReduceLogSumExp CumSum Pow Sqrt Reciprocal Exp Log Softmax LogSoftmax LpNormalization Range'.split(
    ' ',
  ),
);

/**
 * Whether what a node makes has to stay float32, and what is computed from it element by element.
 * Norms that are one operator stay float32 too, but their results are of ordinary size.
 */
export function isSensitive(node: Node, types: ReadonlyMap<string, DataType>): boolean {
  const { domain, opType, inputs } = node;
  if (domain !== '') return false;
  if (sensitive.has(opType)) return true;
  // A square may pass 65504, or vanish, where its root does not.
  if (opType === 'Mul') return inputs[0] === inputs[1];
  // Counts and sizes: float16 is exact up to 2048 only.
  if (opType !== 'Cast') return false;
  const from = types.get(inputs[0] ?? '');
  return from === undefined || !/float|bool/.test(from);
}

/** Whether a node takes exponentials of its input, so that differences in it count as they are. */
export function isSoftmax({ domain, opType }: Node): boolean {
  return domain === '' && (opType === 'Softmax' || opType === 'LogSoftmax' || opType === 'Exp');
}
