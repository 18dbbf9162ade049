import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytesSource, checkModel, modelBytes, readModel } from '@pip-graft/onnx-graft';
import { createSession, runModel } from '@pip-graft/runtime';
import { float32Tensor, readSafetensors } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { gradientOf } from '../../src/gradient/gradient-of.ts';

const folder = fileURLToPath(new URL('./goldens/', import.meta.url));
const { tensors } = readSafetensors(readFileSync(`${folder}gradients.safetensors`));
const sizes = { batch: 1, height: 8, width: 8 };
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.onnx'))
  .map((name) => name.replace('.onnx', ''));

/** The model of a case and its inputs, as written by onnx and PyTorch. */
function caseOf(name: string) {
  const model = readModel(bytesSource(readFileSync(`${folder}${name}.onnx`), name));
  const inputs = model.graph.inputs.map((input) => input.name);
  const of = (key: string) => tensors.get(`${name}/${key}`)!;
  return { model, inputs, of };
}

describe('the rule of each operator gives the gradients of PyTorch', () => {
  it('in more than a hundred cases', () => expect(names.length).toBeGreaterThan(100));

  it.each(names)('%s', async (name) => {
    const { model, inputs, of } = caseOf(name);
    const made = gradientOf(model, { loss: 'loss', wrt: inputs, sizes });
    expect(checkModel(made.model)).toEqual([]);
    const session = await createSession(modelBytes(made.model));
    const feeds = Object.fromEntries(
      inputs.map((input) => [input, float32Tensor(of(input).dims, of(input).data)]),
    );
    const results = await runModel(session, feeds);
    await session.release();
    const close = (value: ArrayLike<number>, golden: Float32Array) => {
      const scale = golden.reduce((most, each) => Math.max(most, Math.abs(each)), 1);
      expect(value.length).toBe(golden.length);
      for (const [at, each] of golden.entries())
        expect(Math.abs(value[at]! - each) / scale).toBeLessThan(2e-5);
    };
    close(results['loss']!.data as Float32Array, of('loss').data);
    for (const input of inputs) {
      const { data, dims } = results[made.gradients.get(input)!]!;
      expect(dims).toEqual(of(input).dims);
      close(data as Float32Array, of(`${input}/gradient`).data);
    }
  });
});
