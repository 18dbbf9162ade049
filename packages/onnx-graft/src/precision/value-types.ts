import { type DataType, dataTypeOf } from '../model/data-type.ts';
import type { Model, Node } from '../model/model.ts';
import { dataInputs, dataOutputs, floatOp } from './float-op.ts';

/** Operators that stay float32 and whose first output has the type of their first input. */
const keepsType: ReadonlySet<string> = new Set(
  'ReduceMean ReduceSum ReduceL1 ReduceL2 ReduceSumSquare ReduceProd ReduceLogSum ReduceLogSumExp CumSum Pow Sqrt Reciprocal Exp Log Softmax LogSoftmax LpNormalization LayerNormalization RMSNormalization InstanceNormalization GroupNormalization BatchNormalization MeanVarianceNormalization LRN Softplus Softsign Mish ThresholdedRelu Floor Ceil Round Sign Sin Cos Mod GridSample TopK'.split(
    ' ',
  ),
);

/** Element types of a model's main graph, as far as records and known operators tell. */
export function valueTypes(model: Model): ReadonlyMap<string, DataType> {
  const { graph } = model;
  const types = new Map<string, DataType>();
  for (const { name, dataType } of [
    ...graph.valueInfos,
    ...graph.outputs,
    ...graph.inputs,
    ...graph.initializers,
    ...graph.sparseInitializers,
  ])
    if (dataType !== undefined) types.set(name, dataType);
  for (const node of graph.nodes) {
    const op = floatOp(node);
    if (op) {
      const type = dataInputs(node, op)
        .map((input) => types.get(node.inputs[input]!))
        .find((found) => found !== undefined);
      if (type !== undefined) for (const name of dataOutputs(node, op)) types.set(name, type);
    } else if (node.domain === '') {
      const type = ownType(node, types);
      const [name] = node.outputs;
      if (type !== undefined && name) types.set(name, type);
    }
  }
  return types;
}

function ownType(node: Node, types: ReadonlyMap<string, DataType>): DataType | undefined {
  const { opType, attributes, inputs } = node;
  if (opType === 'Shape' || opType === 'Size') return 'int64';
  if (opType === 'Cast') return dataTypeOf(attributes.get('to')?.int ?? 0);
  if (opType === 'ConstantOfShape') return attributes.get('value')?.tensor?.dataType ?? 'float32';
  if (opType === 'Constant') {
    if (attributes.has('value_float') || attributes.has('value_floats')) return 'float32';
    if (attributes.has('value_int') || attributes.has('value_ints')) return 'int64';
    const { tensor, sparseTensors } =
      attributes.get('value') ?? attributes.get('sparse_value') ?? {};
    return tensor?.dataType ?? sparseTensors?.[0]?.dataType;
  }
  return keepsType.has(opType) || opType === 'Range' ? types.get(inputs[0] ?? '') : undefined;
}
