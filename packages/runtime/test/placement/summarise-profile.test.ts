import { summariseProfile } from '@pip-graft/runtime';
import { expect, test } from 'vitest';
import { readProfile } from '../../src/placement/read-profile.ts';

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
