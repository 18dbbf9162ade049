import * as argument from '../argument.ts';
import type { Graph, Model, Node } from '../model/model.ts';
import { readEntry } from '../model/read-tensor.ts';
import { nodePlace, tensorsOf } from '../model/tensors.ts';
import { onnx } from '../wire/onnx-fields.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { checkNames } from './check-names.ts';
import { checkNodes } from './check-nodes.ts';
import { checkTensor, checkWeights } from './check-tensors.ts';
import { type Finding, Findings, givenNames, isVisible, type Scope } from './finding.ts';

/** Since this IR version an initializer need not be listed as an input (onnx.proto). */
const initializersAlone = 4;

/**
 * Checks a model's structure: order, names, scopes, operator sets, tensor lengths; in control-flow
 * bodies and local functions too. Returns the findings, empty if there are none.
 *
 * Operators' own rules (which attributes, which types) are left to the runtime. Never throws.
 *
 * @param weights whether to read weights too, and report those that are not finite
 * @example
 * checkModel(model).filter(({ severity }) => severity === 'error').length; // 0
 */
export function checkModel(
  model: Model,
  { weights = false }: { readonly weights?: boolean } = {},
): readonly Finding[] {
  argument.requireModel(model, 'checkModel');
  const findings = new Findings();
  const { graph } = model;
  if (graph.inputs.length === 0) {
    findings.warn('NO_INPUTS', 'graph', 'the model has no inputs.');
  }
  if (graph.outputs.length === 0) {
    findings.error('NO_OUTPUTS', 'graph', 'the model has no outputs.');
  }
  if (model.irVersion < initializersAlone) checkListed(model, findings);
  checkGraph(model, graph, undefined, '', findings);
  for (const body of model.functions) {
    const within = `function ${body.domain}:${body.name}: `;
    const scope = checkNodes(body.nodes, new Set(body.inputs), undefined, within, findings);
    checkOutputs(body.outputs, scope, within, findings);
    checkParts(model, body.nodes, scope, within, findings);
  }
  checkMetadata(model, findings);
  checkNames(model, findings);
  for (const { tensor, place } of tensorsOf(model)) checkTensor(model, tensor, place, findings);
  return weights ? [...findings.list, ...checkWeights(model)] : findings.list;
}

function checkMetadata({ fields, source, metadata }: Model, findings: Findings): void {
  const entries = fields.filter(({ number }) => number === onnx.ModelProto.metadataProps);
  if (entries.length === metadata.size) return;
  const reader = new WireReader(source);
  const seen = new Set<string>();
  for (const entry of entries) {
    const [key] = readEntry(reader, entry);
    if (seen.has(key))
      findings.warn('DUPLICATE_METADATA', `metadata '${key}'`, 'another entry has the same key.');
    seen.add(key);
  }
}

function checkListed(model: Model, findings: Findings): void {
  const inputs = new Set(model.graph.inputs.map(({ name }) => name));
  const { initializers, sparseInitializers } = model.graph;
  for (const { name } of [...initializers, ...sparseInitializers]) {
    if (inputs.has(name)) continue;
    const message = `IR version ${model.irVersion} requires every initializer to be an input too.`;
    findings.error('INITIALIZER_NOT_INPUT', `initializer '${name}'`, message);
  }
}

/** Recursion follows the nesting of bodies, which the reader limits. */
function checkGraph(
  model: Model,
  graph: Graph,
  outer: Scope | undefined,
  within: string,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const tensor of [...graph.initializers, ...graph.sparseInitializers]) {
    const place = `${within}initializer '${tensor.name}'`;
    if (seen.has(tensor.name)) {
      findings.error('DUPLICATE_INITIALIZER', place, 'another initializer has the same name.');
    }
    seen.add(tensor.name);
  }
  const scope = checkNodes(graph.nodes, givenNames(graph), outer, within, findings);
  checkOutputs(
    graph.outputs.map(({ name }) => name),
    scope,
    within,
    findings,
  );
  checkOpsets(model, graph.nodes, within, findings);
  checkParts(model, graph.nodes, scope, within, findings);
}

function checkOutputs(
  outputs: readonly string[],
  scope: Scope,
  within: string,
  findings: Findings,
): void {
  for (const name of outputs) {
    if (isVisible(scope, name)) continue;
    findings.error('MISSING_OUTPUT', `${within}output '${name}'`, 'no node makes this output.');
  }
}

/** Functions import their own operator sets, so only graphs are checked. */
function checkOpsets(
  model: Model,
  nodes: readonly Node[],
  within: string,
  findings: Findings,
): void {
  const missing = new Set<string>();
  for (const node of nodes) {
    if (model.opsets.has(node.domain) || missing.has(node.domain)) continue;
    missing.add(node.domain);
    const domain = node.domain === '' ? "ONNX's own domain" : `domain '${node.domain}'`;
    const message = `the model imports no operator set of ${domain}.`;
    findings.error('MISSING_OPSET', nodePlace(node, within), message);
  }
}

function checkParts(
  model: Model,
  nodes: readonly Node[],
  scope: Scope,
  within: string,
  findings: Findings,
): void {
  for (const node of nodes) {
    for (const body of node.subgraphs) {
      const place = `${nodePlace(node, within)} body '${body.name}': `;
      checkGraph(model, body, scope, place, findings);
    }
  }
}
