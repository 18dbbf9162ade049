import type { GraphFacts } from '@pip-graft/onnx-graft';
import { readsFromCpu, writesToCpu } from './cpu-memory.ts';
import type { NodeFacts } from './nodes-left-on-cpu.ts';

/**
 * Values that are copied between CPU and device in each run: made on one side and read on the other,
 * and inputs of the model that both sides read. Source: onnxruntime's memcpy transformer.
 */
export function countCopies(facts: GraphFacts, { folded, onDevice }: NodeFacts): number {
  const { graph } = facts.model;
  const made = { device: new Set<string>(), cpu: new Set<string>() };
  const read = { device: new Set<string>(), cpu: new Set<string>() };
  graph.nodes.forEach((node, at) => {
    if (folded.has(at)) return;
    const device = onDevice(at);
    node.inputs.forEach((name, input) => {
      read[device && !readsFromCpu(node.opType, input) ? 'device' : 'cpu'].add(name);
    });
    for (const name of node.outputs) {
      made[device && !writesToCpu(node.opType) ? 'device' : 'cpu'].add(name);
    }
  });
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const shared = graph.inputs.filter(
    ({ name }) => !constants.has(name) && read.device.has(name) && read.cpu.has(name),
  );
  const toDevice = [...made.cpu].filter((name) => read.device.has(name));
  const toCpu = [...made.device].filter((name) => read.cpu.has(name));
  return shared.length + toDevice.length + toCpu.length;
}
