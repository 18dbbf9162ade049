import { exposeValues, graphFacts, type Model } from '@pip-graft/onnx-graft';
import { asBits } from '@pip-graft/test-utils';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { fixtures, wholeFixture } from './fixture-models.ts';

/** Shapes of all values of a model, as computed by onnxruntime. */
async function shapesAtRunTime(
  model: Model,
  dims: readonly [batch: number, channels: number, height: number, width: number],
): Promise<Map<string, readonly number[]>> {
  const names = model.graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
  const exposed = exposeValues(model, names);
  const session = await InferenceSession.create(exposed.source.read(0, exposed.source.size), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const count = dims.reduce((product, size) => product * size, 1);
  // 0x3800 is one half in float16.
  const image =
    model.graph.inputs[0]!.dataType === 'float16'
      ? asBits(new Tensor('float16', new Uint16Array(count).fill(0x3800), dims))
      : new Tensor('float32', new Float32Array(count).fill(0.5), dims);
  const results = await session.run({ [model.graph.inputs[0]!.name]: image });
  await session.release();
  return new Map(names.map((name) => [name, results[name]!.dims]));
}

// Every exporter and every tool once: a second opinion on every rule that they need. Several images
// of different sizes are not fed here.
const chosen = fixtures.filter(
  ({ file }) => /dynamo|op11|op16-dynamic/.test(file) && !file.startsWith('mimo-inputs'),
);

test.each(chosen)('every inferred shape of $file matches onnxruntime', async (fixture) => {
  const model = wholeFixture(fixture.file);
  const [batch, channels, height, width] = fixture.input.exportedAt as [
    number,
    number,
    number,
    number,
  ];
  const expected = await shapesAtRunTime(model, [batch, channels, height, width]);
  const { values, conflicts } = graphFacts(model).at({ batch, height, width });
  const inferred = new Map([...expected.keys()].map((name) => [name, values.get(name)?.dims]));
  expect(conflicts).toEqual([]);
  expect(inferred).toEqual(expected);
});
