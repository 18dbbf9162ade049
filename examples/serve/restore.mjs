// Restores an image with a model that `graft export triton` wrote, on a Triton or KServe server.
// node restore.mjs http://localhost:8000/v2/models/restorer rain.png restored.png rain=1
import sharp from 'sharp';

const [url, source, target, ...weights] = process.argv.slice(2);
/** @type {any} */
const config = await (await fetch(`${url}/config`)).json();
const multiple = Number(config.parameters.size_multiple.string_value);
// A baked model, or one without a graft, takes only the image.
const labels = config.parameters.labels?.string_value.split(',') ?? [];

const { data, info } = await sharp(source)
  .autoOrient()
  .removeAlpha()
  .toColourspace('srgb')
  .raw()
  .toBuffer({ resolveWithObject: true });
const { width, height } = info;
const up = (side) => Math.ceil(side / multiple) * multiple;
const [columns, rows] = [up(width), up(height)];

// One plane per colour, padded to the size multiple by repeating the edge.
const image = new Float32Array(3 * rows * columns);
for (let c = 0; c < 3; c++)
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = Math.min(y, height - 1) * width + Math.min(x, width - 1);
      image[(c * rows + y) * columns + x] = data[3 * at + c] / 255;
    }
const degradation = new Float32Array(labels.length);
for (const weight of weights) {
  const [label, value = '1'] = weight.split('=');
  if (!labels.includes(label)) throw new Error(`${label}: not one of '${labels.join(', ')}'`);
  if (!(Number(value) >= 0)) throw new Error(`${weight}: not a number of 0 or more`);
  degradation[labels.indexOf(label)] = Number(value);
}

const input = (name, shape, values) => ({
  ...{ name, shape, datatype: 'FP32' },
  parameters: { binary_data_size: values.byteLength },
});
const header = JSON.stringify({
  inputs: [
    input(config.input[0].name, [1, 3, rows, columns], image),
    ...(labels.length > 0 ? [input('degradation', [1, labels.length], degradation)] : []),
  ],
  outputs: [{ name: config.output[0].name, parameters: { binary_data: true } }],
});
const response = await fetch(`${url}/infer`, {
  method: 'POST',
  headers: { 'Inference-Header-Content-Length': String(Buffer.byteLength(header)) },
  // Without labels, the last of them is empty.
  body: Buffer.concat([header, image, degradation].map((part) => bytesOf(part))),
});
if (!response.ok) throw new Error(await response.text());
const length = Number(response.headers.get('Inference-Header-Content-Length'));
const answer = (await response.arrayBuffer()).slice(length);
const restored = new Float32Array(answer);

const pixels = Buffer.alloc(3 * width * height);
for (let c = 0; c < 3; c++)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = restored[(c * rows + y) * columns + x];
      pixels[3 * (y * width + x) + c] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(target);

function bytesOf(part) {
  return typeof part === 'string' ? Buffer.from(part) : Buffer.from(part.buffer);
}
