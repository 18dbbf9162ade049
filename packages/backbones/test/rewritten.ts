import { bytesSource, type Model, readModel } from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { fixtureBytes } from './fixture-models.ts';

const { onnx } = onnxProto;
type Proto = ReturnType<typeof onnx.ModelProto.decode>;

/** A fixture as changed by another program. */
export function rewritten(file: string, change: (model: Proto) => void): Model {
  const model = onnx.ModelProto.decode(fixtureBytes(file));
  change(model);
  return readModel(bytesSource(onnx.ModelProto.encode(model).finish(), file));
}

/** Renames every node and value to something meaningless. */
export function anonymise({ graph }: Proto): void {
  const names = new Map<string, string>([['', '']]);
  const rename = (name: string): string => {
    if (!names.has(name)) names.set(name, `v${names.size * 7919}`);
    return names.get(name)!;
  };
  for (const part of [graph!.input, graph!.output, graph!.initializer, graph!.valueInfo]) {
    for (const item of part ?? []) item.name = rename(item.name!);
  }
  for (const node of graph!.node!) {
    node.name = '';
    node.input = node.input!.map(rename);
    node.output = node.output!.map(rename);
  }
}

/** Puts the nodes in another valid order: each as late as its readers allow. */
export function reorder({ graph }: Proto): void {
  const nodes = graph!.node!;
  const left = new Set(nodes);
  const order: typeof nodes = [];
  while (left.size > 0) {
    const wanted = new Set([...left].flatMap((node) => node.input ?? []));
    for (const node of [...left]) {
      if (node.output!.some((name) => wanted.has(name))) continue;
      order.unshift(node);
      left.delete(node);
    }
  }
  graph!.node = order;
}
