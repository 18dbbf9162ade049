import type { FunctionBody, Model, Node, SparseTensor, Tensor, ValueInfo } from '../model/model.ts';
import { sameBytes } from './model-diff.ts';

/** Differences between two nodes that make the same value. */
export function explainNode(a: Model, b: Model, before: Node, after: Node): string[] {
  const what: string[] = [];
  if (before.opType !== after.opType) what.push(`operator ${before.opType} → ${after.opType}`);
  if (before.domain !== after.domain) what.push(`domain '${before.domain}' → '${after.domain}'`);
  if (before.name !== after.name) what.push(`name '${before.name}' → '${after.name}'`);
  for (const text of explainList('input', before.inputs, after.inputs)) what.push(text);
  for (const text of explainList('output', before.outputs, after.outputs)) what.push(text);
  const names = new Set([...before.attributes.keys(), ...after.attributes.keys()]);
  for (const name of names) {
    const old = before.attributes.get(name);
    const now = after.attributes.get(name);
    if (old === undefined) what.push(`attribute '${name}' added`);
    else if (now === undefined) what.push(`attribute '${name}' removed`);
    else if (
      !sameBytes(
        { source: a.source, start: old.field.start, end: old.field.end },
        { source: b.source, start: now.field.start, end: now.field.end },
      )
    ) {
      what.push(`attribute '${name}'`);
    }
  }
  return what;
}

function explainList(kind: string, before: readonly string[], after: readonly string[]): string[] {
  if (before.length !== after.length) return [`${before.length} → ${after.length} ${kind}s`];
  return before.flatMap((name, i) =>
    name === after[i] ? [] : [`${kind} ${i} '${name}' → '${after[i]}'`],
  );
}

/** Differences between two tensors of one name. */
export function explainTensor(
  before: Tensor | SparseTensor,
  after: Tensor | SparseTensor,
): string[] {
  const what: string[] = [];
  if (before.dataType !== after.dataType) {
    what.push(`type ${before.dataType} → ${after.dataType}`);
  }
  if (before.dims.join() !== after.dims.join()) {
    what.push(`dimensions [${before.dims.join(', ')}] → [${after.dims.join(', ')}]`);
  }
  const [old, now] = [kindOf(before), kindOf(after)];
  if (old !== now) what.push(`data ${old} → ${now}`);
  return what.length > 0 ? what : ['data'];
}

function kindOf(tensor: Tensor | SparseTensor): string {
  return 'data' in tensor ? tensor.data.kind : 'sparse';
}

/** Differences between two inputs, outputs or annotations of one name. */
export function explainValue(before: ValueInfo, after: ValueInfo): string[] {
  const shape = ({ dataType, dims }: ValueInfo): string =>
    `${dataType}[${dims?.map((size) => size ?? '?').join(', ') ?? '…'}]`;
  const [old, now] = [shape(before), shape(after)];
  return old === now ? [] : [`${old} → ${now}`];
}

/** Differences between two functions of one name. */
export function explainFunction(before: FunctionBody, after: FunctionBody): string[] {
  const [old, now] = [before.nodes.length, after.nodes.length];
  return old === now ? [] : [`${old} → ${now} nodes`];
}
