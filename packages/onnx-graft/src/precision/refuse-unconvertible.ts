import { GraftError } from '../error.ts';
import type { DataType } from '../model/data-type.ts';
import type { Model } from '../model/model.ts';
import { dataInputs, type FloatOp, floatOp } from './float-op.ts';

const quantised = /^(Dynamic)?QuantizeLinear$|^DequantizeLinear$|^QLinear|^QGemm$|Integer$/;

/** Throws `UNSUPPORTED_HOST` for a model that is quantised or has nothing that could become float16. */
export function refuseUnconvertible(
  model: Model,
  types: ReadonlyMap<string, DataType>,
  half: ReadonlyMap<number, FloatOp>,
): void {
  const { nodes } = model.graph;
  const refuse = (why: string): never => {
    throw new GraftError('UNSUPPORTED_HOST', `${model.source.label}: ${why}`);
  };
  const quantising = nodes.find(({ opType }) => quantised.test(opType));
  if (quantising) {
    refuse(
      `it is quantised ('${quantising.opType}'): its weights are smaller than float16 already, and float16 would move what was calibrated; convert the float32 model it was made from.`,
    );
  }
  if ([...half.values()].some(({ kind }) => kind === 'product')) return;
  for (const node of nodes) {
    const op = floatOp(node);
    if (op?.kind !== 'product') continue;
    const found = dataInputs(node, op).map((input) => types.get(node.inputs[input]!));
    const type = found.find((each) => each === 'float16' || each === 'bfloat16');
    if (type) refuse(`it computes in ${type} already; there is nothing to convert.`);
  }
  if (half.size === 0) {
    refuse(
      'nothing in it can become float16: no layer of a known operator computes in float32 outside norms, softmax and the image residual.',
    );
  }
}
