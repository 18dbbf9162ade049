import { fixInputDims, graphFacts } from '@pip-graft/onnx-graft';
import { comparePlacement, expectedPlacement, profileRun } from '@pip-graft/runtime';
import { tinyUnet } from '@pip-graft/test-utils';
import { float32Tensor } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import type { ExpectedNode } from '../../src/placement/expected-placement.ts';
import type { ProfiledNode } from '../../src/placement/read-profile.ts';

const cuda = 'CUDAExecutionProvider';
const cpu = 'CPUExecutionProvider';

const expected = (node: string, opType: string, place: ExpectedNode['place']): ExpectedNode => ({
  node,
  opType,
  place,
  gap: undefined,
});
const ran = (node: string, opType: string, provider: string): ProfiledNode => ({
  node,
  opType,
  provider,
  milliseconds: 1,
  outputs: [{ type: 'float', dims: [1, 8, 4, 4] }],
});
const compare = (nodes: readonly ExpectedNode[], profile: readonly ProfiledNode[]) =>
  comparePlacement({ device: 'cuda', nodes }, profile);

test('nodes that ran where expected are no difference', () => {
  const nodes = [
    expected('conv', 'Conv', 'kernel'),
    expected('pad', 'Pad', 'none'),
    expected('relu', 'Relu', 'follows'),
    expected('gather', 'Gather', 'shapes'),
  ];
  const profile = [
    ran('conv', 'Conv', cuda),
    ran('pad', 'Pad', cpu),
    ran('relu', 'Relu', cpu),
    ran('gather', 'Gather', cpu),
  ];
  expect(compare(nodes, profile)).toEqual({ compared: 4, unmatched: 0, differences: [] });
});

test('reports a listed kernel that was not used, and an unlisted one that was', () => {
  const nodes = [expected('soft', 'Softmax', 'kernel'), expected('pad', 'Pad', 'none')];
  const profile = [ran('soft', 'Softmax', cpu), ran('pad', 'Pad', cuda)];
  const output = 'float [1, 8, 4, 4]';
  expect(compare(nodes, profile).differences).toEqual([
    { node: 'soft', opType: 'Softmax', output, expected: 'device', place: 'kernel', ran: cpu },
    { node: 'pad', opType: 'Pad', output, expected: 'cpu', place: 'none', ran: cuda },
  ]);
});

test('only counts fused, inserted and ambiguous nodes, and nodes without an expectation', () => {
  const nodes = [
    expected('conv', 'Conv', 'kernel'),
    expected('twice', 'Add', 'kernel'),
    expected('twice', 'Add', 'none'),
    expected('if', 'If', 'unjudged'),
    expected('shape', 'Shape', 'folded'),
  ];
  const profile = [
    // The optimiser gave this name to another operator.
    ran('conv', 'FusedConv', cpu),
    ran('twice', 'Add', cpu),
    ran('if', 'If', cpu),
    ran('shape', 'Shape', cpu),
    ran('Memcpy_token_1', 'MemcpyToHost', cuda),
  ];
  expect(compare(nodes, profile)).toEqual({ compared: 0, unmatched: 5, differences: [] });
});

test("a real profile uses the file's node names: on the CPU each one is a difference", async () => {
  const model = tinyUnet();
  const dims = [1, 3, 16, 16];
  const feeds = { input: float32Tensor(dims, new Float32Array(3 * 16 * 16)) };
  const { nodes } = await profileRun(model, feeds, { optimisation: 'basic' });
  const { compared, unmatched, differences } = comparePlacement(
    expectedPlacement(graphFacts(fixInputDims(model, { input: dims }))),
    nodes,
  );
  expect([compared, unmatched]).toEqual([model.graph.nodes.length, 0]);
  expect(differences.map(({ node }) => node)).toEqual(model.graph.nodes.map(({ name }) => name));
});
