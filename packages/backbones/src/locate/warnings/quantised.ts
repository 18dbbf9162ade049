import type { GraphFacts } from '@pip-graft/onnx-graft';

/** Quantised files: QDQ is grafted on the float side, QOperator has no float side. */
export function quantisedWarning({ model }: GraphFacts): string | undefined {
  const { nodes } = model.graph;
  const inside = nodes.filter(({ opType }) => /^QLinear|^QGemm$/.test(opType));
  if (inside.length > 0) {
    return `${inside.length} nodes compute on quantised values ('${inside[0]!.opType}'), between which there is no float feature to graft onto; quantise the model in QDQ format instead, or graft first and quantise then.`;
  }
  const measured = nodes.filter(({ opType }) => opType === 'DynamicQuantizeLinear').length;
  if (measured > 0) {
    return `the model is quantised (dynamically, ${measured} DynamicQuantizeLinear): modules are grafted between its layers, where values are float, and stay float; compare the result with the float model's.`;
  }
  const count = nodes.filter(({ opType }) => opType === 'DequantizeLinear').length;
  if (count === 0) return undefined;
  return `the model is quantised (QDQ, ${count} DequantizeLinear): modules are grafted on the float side and stay float, and what they give is quantised by ranges that were calibrated without them; check the result, or graft before quantising.`;
}
