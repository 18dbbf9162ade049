import type { Device } from '../session/session.ts';
import { fallbackReason, type ModelNodes } from './fallback-reason.ts';
import type { Placement } from './placement.ts';
import type { ProfiledNode } from './read-profile.ts';

/** Names of onnxruntime's execution providers. */
export const providers: Readonly<Record<Device, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
};

/**
 * Float tensors up to this size are arithmetic on scales and shapes, which onnxruntime keeps on
 * the CPU on purpose (microsoft/onnxruntime#4940); a feature map is never as small.
 */
export const sizeableElements = 64;

const copyNodes = new Set(['MemcpyToHost', 'MemcpyFromHost']);

/**
 * Which provider ran which nodes, from one profile. The evidence is `profile` when no
 * node with a sizeable float output ran elsewhere than on the device, and some ran there.
 *
 * @param model the nodes as the file has them, to say why one fell back
 */
export function summariseProfile(
  nodes: readonly ProfiledNode[],
  device: Device,
  model: ModelNodes,
): Pick<Placement, 'evidence' | 'providers' | 'copies' | 'fallbacks'> {
  const wanted = providers[device];
  const byProvider = new Map<string, { nodes: number; milliseconds: number }>();
  for (const { provider, milliseconds } of nodes) {
    const sum = byProvider.get(provider) ?? { nodes: 0, milliseconds: 0 };
    byProvider.set(provider, {
      nodes: sum.nodes + 1,
      milliseconds: sum.milliseconds + milliseconds,
    });
  }
  const fallbacks = nodes.flatMap((node) => {
    const output = node.outputs.find(isSizeable);
    if (node.provider === wanted || output === undefined || copyNodes.has(node.opType)) return [];
    return [
      {
        node: node.node,
        opType: node.opType,
        output: `${output.type} [${output.dims.join(', ')}]`,
        reason: fallbackReason(node, device, model),
      },
    ];
  });
  const worked = nodes.some((node) => node.provider === wanted && node.outputs.some(isSizeable));
  return {
    evidence: worked && fallbacks.length === 0 ? 'profile' : 'none',
    providers: [...byProvider]
      .map(([provider, sum]) => ({ provider, ...sum }))
      .sort((a, b) => b.nodes - a.nodes),
    copies: nodes.filter(({ opType }) => copyNodes.has(opType)).length,
    fallbacks,
  };
}

function isSizeable({ type, dims }: ProfiledNode['outputs'][number]): boolean {
  const count = dims.reduce((product, size) => product * size, 1);
  return /^(float|double|bfloat16)/.test(type) && count > sizeableElements;
}
