/** The graph of a model's records; undefined if a mutation removed it. */
export const graphOf = (model) => model.find(({ number, parts }) => number === 7 && parts);

/**
 * The messages of one field of the graph: nodes (1), initializers (5), inputs (11), outputs (12),
 * values (13).
 */
export const inGraph = (model, field) =>
  graphOf(model)?.parts.filter(({ number, parts }) => number === field && parts) ?? [];

export const nodesOf = (model) => inGraph(model, 1);

/** Operators whose shapes are inferred, and some that are not. */
export const operators = ['Reshape', 'Expand', 'Tile', 'ConstantOfShape', 'Range', 'Pad', 'Resize']
  .concat(['Slice', 'Concat', 'Split', 'Gather', 'GatherND', 'GatherElements', 'Transpose', 'TopK'])
  .concat(['Squeeze', 'Unsqueeze', 'Flatten', 'Shape', 'Size', 'NonZero', 'OneHot', 'EyeLike'])
  .concat(['Conv', 'ConvTranspose', 'MatMul', 'Gemm', 'Einsum', 'MaxPool', 'AveragePool'])
  .concat(['GlobalAveragePool', 'DepthToSpace', 'SpaceToDepth', 'ReduceMean', 'ReduceSum'])
  .concat(['ReduceProd', 'ArgMax', 'Softmax', 'LayerNormalization', 'InstanceNormalization'])
  .concat(['Cast', 'Where', 'Mul', 'Div', 'Mod', 'Pow', 'Add', 'Sub', 'Max', 'Min', 'Equal', 'If'])
  .concat(['Loop', 'Scan', 'Constant', 'Identity', 'CumSum', 'ScatterND', 'Upsample', 'Clip'])
  .concat(['Sqrt', 'Neg', 'Floor', 'Ceil', 'RandomNormal', 'DequantizeLinear', 'FusedConv']);
