import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;

/** Every place in a model that can hold external data, each with its own file. */
export const places = [
  'initializer',
  'sparse-values',
  'sparse-indices',
  'attribute',
  'list-0',
  'list-1',
  'attribute-sparse-values',
  'attribute-sparse-indices',
  'list-sparse-values',
  'list-sparse-indices',
  'body',
  'bodies',
  'function',
  'function-body',
  'function-default',
  'training-first',
  'training-step',
];

/** A model with an external tensor in each of {@link places}; the file of `x` is `x.bin`. */
export function everyTensor(): Uint8Array {
  const float = (place: string, name = place) => outside(place, name, 1);
  const sparse = (place: string) => ({
    values: float(`${place}-values`, place),
    indices: outside(`${place}-indices`, '', 7),
    dims: [8],
  });
  const constant = (place: string) => ({
    opType: 'Constant',
    output: [place],
    attribute: [{ name: 'value', type: 4, t: float(place) }],
  });
  const body = (place: string) => ({ name: place, node: [constant(place)] });
  const model = onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'main',
      initializer: [float('initializer')],
      sparseInitializer: [sparse('sparse')],
      node: [
        constant('attribute'),
        {
          opType: 'Custom',
          domain: 'my',
          output: ['y'],
          attribute: [
            { name: 'list', type: 9, tensors: [float('list-0'), float('list-1')] },
            { name: 'sparse', type: 11, sparseTensor: sparse('attribute-sparse') },
            { name: 'sparse_list', type: 12, sparseTensors: [sparse('list-sparse')] },
            { name: 'body', type: 5, g: body('body') },
            { name: 'bodies', type: 10, graphs: [{ name: 'empty' }, body('bodies')] },
          ],
        },
      ],
    },
    trainingInfo: [{ initialization: body('training-first'), algorithm: body('training-step') }],
  }).finish();
  // A function's attributes with defaults are newer than this encoder.
  const { domain, ...rest } = { name: 'f', domain: 'my', input: [], output: [] };
  const holder = { opType: 'If', attribute: [{ name: 'g', type: 5, g: body('function-body') }] };
  const functionBytes = Buffer.concat([
    onnx.FunctionProto.encode({ ...rest, domain, node: [constant('function'), holder] }).finish(),
    field(
      11,
      onnx.AttributeProto.encode({ name: 'd', type: 4, t: float('function-default') }).finish(),
    ),
  ]);
  return Buffer.concat([model, field(25, functionBytes)]);
}

function outside(place: string, name: string, dataType: number) {
  const externalData = [
    { key: 'location', value: `${place}.bin` },
    { key: 'offset', value: '4' },
  ];
  return { name, dataType, dims: [2], dataLocation: 1, externalData };
}

function field(number: number, body: Uint8Array): Uint8Array {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
  return Buffer.from([...varint(number * 8 + 2), ...varint(body.length), ...body]);
}
