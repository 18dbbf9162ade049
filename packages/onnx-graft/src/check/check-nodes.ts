import type { Node } from '../model/model.ts';
import { inFileOrder } from '../model/sort-nodes.ts';
import { nodePlace } from '../model/tensors.ts';
import { type Findings, isVisible, type Scope } from './finding.ts';

/**
 * Checks that each value of a list of nodes is made once, and before it is read. Returns the scope
 * that the nodes' bodies see.
 */
export function checkNodes(
  sorted: readonly Node[],
  given: ReadonlySet<string>,
  outer: Scope | undefined,
  within: string,
  findings: Findings,
): Scope {
  const nodes = inFileOrder(sorted);
  const makers = new Map<string, number>();
  const names = new Set(given);
  const nodeNames = new Set<string>();
  nodes.forEach((node, at) => {
    // Made only for a finding: a sound model has thousands of nodes and none.
    const place = () => nodePlace(node, within);
    if (node.opType === '' || !node.outputs.some((name) => name !== '')) {
      findings.error('EMPTY_NODE', place(), 'the node has no operator or no output.');
    }
    if (node.name !== '' && nodeNames.has(node.name)) {
      const message = 'another node has the same name, and onnxruntime rejects such a model.';
      findings.error('DUPLICATE_NODE_NAME', place(), message);
    }
    nodeNames.add(node.name);
    for (const name of node.outputs) {
      if (name === '') continue;
      if (names.has(name)) {
        findings.error('DUPLICATE_VALUE', place(), `value '${name}' is made a second time.`);
      } else if (isVisible(outer, name)) {
        findings.warn('SHADOWED_VALUE', place(), `value '${name}' also exists outside this graph.`);
      }
      names.add(name);
      if (!makers.has(name)) makers.set(name, at);
    }
  });
  const scope = { names, outer };
  checkInputs(nodes, makers, given, scope, within, findings);
  return scope;
}

function checkInputs(
  nodes: readonly Node[],
  makers: ReadonlyMap<string, number>,
  given: ReadonlySet<string>,
  scope: Scope,
  within: string,
  findings: Findings,
): void {
  const late: { node: Node; value: string }[] = [];
  nodes.forEach((node, at) => {
    for (const value of node.inputs) {
      if (value === '' || given.has(value)) continue;
      const maker = makers.get(value);
      if (maker !== undefined && maker >= at) late.push({ node, value });
      else if (maker === undefined && !isVisible(scope.outer, value)) {
        const message = `it reads '${value}', which no node, input or initializer makes.`;
        findings.error('UNRESOLVED_INPUT', nodePlace(node, within), message);
      }
    }
  });
  if (late.length === 0) return;
  const circular = nodesInCycles(nodes, makers);
  for (const { node, value } of late) {
    const place = nodePlace(node, within);
    if (circular.has(node)) {
      findings.error(
        'CYCLE',
        place,
        `it reads '${value}', which depends on this node's own output.`,
      );
    } else {
      findings.error('NOT_SORTED', place, `it reads '${value}', which is only made further on.`);
    }
  }
}

/** Nodes on cycles, found by removing nodes without open inputs, then nodes without readers. */
function nodesInCycles(
  nodes: readonly Node[],
  makers: ReadonlyMap<string, number>,
): ReadonlySet<Node> {
  const before = nodes.map((node) => {
    const made = node.inputs.map((name) => makers.get(name)).filter((at) => at !== undefined);
    return [...new Set(made)];
  });
  const after = nodes.map((): number[] => []);
  before.forEach((list, at) => {
    for (const from of list) after[from]!.push(at);
  });
  const left = new Set(nodes.keys());
  for (const [needs, feeds] of [
    [before, after],
    [after, before],
  ] as const) {
    const open = needs.map((list) => list.filter((at) => left.has(at)).length);
    const ready = [...left].filter((at) => open[at] === 0);
    for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
      left.delete(at);
      for (const next of feeds[at]!) if (--open[next]! === 0 && left.has(next)) ready.push(next);
    }
  }
  return new Set([...left].map((at) => nodes[at]!));
}
