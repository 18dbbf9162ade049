import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import { nodesBehind } from '../../recognise/nodes-behind.ts';

const norms = new Set([
  ...['LayerNormalization', 'InstanceNormalization', 'GroupNormalization', 'RMSNormalization'],
  ...['SimplifiedLayerNormalization', 'SkipLayerNormalization', 'SkipSimplifiedLayerNormalization'],
]);
const means = new Set(['ReduceMean', 'GlobalAveragePool', 'ReduceSum']);
/** From the root of a variance back to its mean: epsilon, squares, clips. */
const reach = 5;

/**
 * Normalisation in float16: squares overflow at 256, and variances of flat dark pictures vanish.
 * Source: spec backbones.md section 2, onnxruntime.md section 4.3.
 */
export function halfNormsWarning(facts: GraphFacts): string | undefined {
  const count = facts.model.graph.nodes.filter((node) => isHalfNorm(facts, node)).length;
  if (count === 0) return undefined;
  return `${count} normalisation${count === 1 ? ' is' : 's are'} computed in float16, which overflows on bright and loses flat dark pictures; convert the model with normalisation left in float32.`;
}

function isHalfNorm(facts: GraphFacts, node: Node): boolean {
  const [x] = node.inputs;
  if (x === undefined || facts.sample.values.get(x)?.dataType !== 'float16') return false;
  if (norms.has(node.opType)) return true;
  return (
    node.opType === 'Sqrt' &&
    nodesBehind(facts, x, { pass: ({ opType }) => !means.has(opType), most: reach }).some(
      ({ opType }) => means.has(opType),
    )
  );
}
