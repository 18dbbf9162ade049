// The largest difference between the outputs of a host and of its graft, each with its defaults.
// Runs as a separate process, because a session of a large model keeps its memory.
process.env.ORT_DISABLE_TELEMETRY = '1';
const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default;

const [, , host, grafted] = process.argv;
/** @type {import('onnxruntime-node').InferenceSession.SessionOptions} */
const options = { logSeverityLevel: 3, graphOptimizationLevel: 'basic' };
const outputs = [];
for (const path of [host, grafted]) {
  const session = await InferenceSession.create(path, options);
  const [input] = session.inputMetadata;
  if (!input.isTensor) throw new Error(`${path}: its first input is no tensor`);
  const { name, type, shape } = input;
  const open = (axis) => (axis === 0 ? 1 : 64);
  const dims = shape.map((size, axis) => (typeof size === 'number' ? size : open(axis)));
  const count = dims.reduce((product, size) => product * size, 1);
  const values = Float32Array.from({ length: count }, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.7));
  const image =
    type === 'uint8'
      ? new Tensor(
          Uint8Array.from(values, (value) => 255 * value),
          dims,
        )
      : type === 'float16'
        ? // One half.
          new Tensor(type, new Uint16Array(count).fill(0x3800), dims)
        : new Tensor(values, dims);
  const results = await session.run({ [name]: image });
  outputs.push(session.outputNames.map((output) => results[output].data));
  await session.release();
}
const [first, second] = outputs;
let worst = 0;
for (const [at, a] of first.entries()) {
  const b = second[at];
  if (a.length !== b?.length) worst = Number.NaN;
  for (let i = 0; i < a.length; i++) {
    const error = Math.abs(Number(a[i]) - Number(b[i]));
    if (!(error <= worst)) worst = error;
  }
}
console.log(
  Number.isNaN(worst)
    ? 'other size, or not a number'
    : `difference ${worst === 0 ? 0 : worst.toExponential(1)}`,
);
process.exitCode = Number.isFinite(worst) ? 0 : 1;
