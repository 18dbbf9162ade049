import { fixInputDims, graphFacts } from '@pip-graft/onnx-graft';
import {
  comparePlacement,
  expectedPlacement,
  profileRun,
  summariseProfile,
} from '@pip-graft/runtime';
import { tinyUnet } from '@pip-graft/test-utils';
import { float32Tensor } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import type { ExpectedNode } from '../../src/placement/expected-placement.ts';
import { type ProfiledNode, readProfile } from '../../src/placement/profile-run.ts';

/** An event as written by onnxruntime 1.30. */
function event(
  name: string,
  op: string,
  provider: string,
  outputs: readonly Record<string, readonly number[]>[],
) {
  return {
    cat: 'Node',
    name: `${name}_kernel_time`,
    dur: 500,
    args: { op_name: op, provider, output_type_shape: outputs },
  };
}

const cuda = 'CUDAExecutionProvider';
const cpu = 'CPUExecutionProvider';
const feature = [{ float: [1, 8, 16, 16] }];
const model = { opsets: new Map([['', 17]]), dynamic: false };
const profile = (...events: object[]) =>
  readProfile(JSON.stringify([{ cat: 'Session', name: 'model_run', dur: 9 }, ...events]));

test('takes large float outputs on the device as evidence, whatever small nodes use', () => {
  const nodes = profile(
    event('conv', 'Conv', cuda, feature),
    event('shape', 'Shape', cpu, [{ int64: [4] }]),
    event('scale', 'Mul', cpu, [{ float: [4] }]),
    event('copy', 'MemcpyFromHost', cuda, feature),
  );
  expect(summariseProfile(nodes, 'cuda', model)).toEqual({
    evidence: 'profile',
    providers: [
      { provider: cuda, nodes: 2, milliseconds: 1 },
      { provider: cpu, nodes: 2, milliseconds: 1 },
    ],
    copies: 1,
    fallbacks: [],
  });
});

test.each([
  [
    'Pad',
    19,
    'kernel version: Pad changed in operator set 19, and its newest CUDA kernel is for that of operator set 18',
  ],
  ['Col2Im', 18, 'there is no CUDA kernel for Col2Im'],
  ['GridSample', 16, 'element type: there is no CUDA kernel for GridSample of float16'],
  ['Conv', 17, 'cuda has no kernel for Conv of operator set 17'],
])('%s of operator set %i on the CPU is a fallback, with its reason', (op, opset, reason) => {
  const nodes = profile(
    event('conv', 'Conv', cuda, feature),
    event('n', op, cpu, [{ float16: [1, 8, 16, 16] }]),
  );
  const { evidence, fallbacks } = summariseProfile(nodes, 'cuda', {
    ...model,
    opsets: new Map([['', opset]]),
  });
  expect(evidence).toBe('none');
  expect(fallbacks).toEqual([
    { node: 'n', opType: op, output: 'float16 [1, 8, 16, 16]', reason: expect.any(String) },
  ]);
  expect(fallbacks[0]!.reason).toContain(reason);
});

test('gives a free size as the reason', () => {
  const nodes = profile(event('n', 'Relu', cpu, feature));
  const { fallbacks } = summariseProfile(nodes, 'webgpu', { ...model, dynamic: true });
  expect(fallbacks[0]!.reason).toContain('dynamic shape');
});

test('an empty profile is no evidence', () => {
  expect(summariseProfile([], 'cuda', model).evidence).toBe('none');
});

test.each(['', '{}', '[', 'null'])('rejects %j as a profile', (text) => {
  expect(() => readProfile(text, 'run.json')).toThrow(/^run\.json: not a profile/);
});

const onCuda = 'CUDAExecutionProvider';
const onCpu = 'CPUExecutionProvider';

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
    ran('conv', 'Conv', onCuda),
    ran('pad', 'Pad', onCpu),
    ran('relu', 'Relu', onCpu),
    ran('gather', 'Gather', onCpu),
  ];
  expect(compare(nodes, profile)).toEqual({ compared: 4, unmatched: 0, differences: [] });
});

test('reports a listed kernel that was not used, and an unlisted one that was', () => {
  const nodes = [expected('soft', 'Softmax', 'kernel'), expected('pad', 'Pad', 'none')];
  const profile = [ran('soft', 'Softmax', onCpu), ran('pad', 'Pad', onCuda)];
  const output = 'float [1, 8, 4, 4]';
  expect(compare(nodes, profile).differences).toEqual([
    { node: 'soft', opType: 'Softmax', output, expected: 'device', place: 'kernel', ran: onCpu },
    { node: 'pad', opType: 'Pad', output, expected: 'cpu', place: 'none', ran: onCuda },
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
    ran('conv', 'FusedConv', onCpu),
    ran('twice', 'Add', onCpu),
    ran('if', 'If', onCpu),
    ran('shape', 'Shape', onCpu),
    ran('Memcpy_token_1', 'MemcpyToHost', onCuda),
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
