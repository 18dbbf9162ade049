import onnxProto from 'onnx-proto';

const { onnx } = onnxProto;

/** A varint field with a number that ONNX 1.10 does not know. */
const unknown = (number: number, value: number): Uint8Array => {
  const tag = number * 8;
  return Uint8Array.from([(tag & 0x7f) | 0x80, tag >> 7, value]);
};

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function field(number: number, body: Uint8Array): Uint8Array {
  const tag = number * 8 + 2;
  const head = tag < 128 ? [tag] : [(tag & 0x7f) | 0x80, tag >> 7];
  const length =
    body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Uint8Array.from([...head, ...length, ...body]);
}

const value = (name: string) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n' }, { dimValue: 2 }] } } },
});

/**
 * A model by another writer, with everything that tools lose: x → Relu → If → Add(relu) → y,
 * metadata at each level, a function, sparse weights, quantisation notes, training info, and fields
 * newer than ONNX 1.10 in the model, the graph, a node, a tensor and a value.
 */
export function richModel(): Uint8Array {
  const branch = {
    name: 'then',
    node: [{ opType: 'Mul', name: 'inner', input: ['relu_out', 'w'], output: ['inner_out'] }],
    output: [value('inner_out')],
  };
  const nodes = [
    join(
      onnx.NodeProto.encode({
        opType: 'Relu',
        name: 'relu',
        input: ['x'],
        output: ['relu_out'],
        docString: 'doc',
      }).finish(),
      unknown(90, 5),
    ),
    onnx.NodeProto.encode({
      opType: 'If',
      name: 'if',
      input: ['cond'],
      output: ['if_out'],
      attribute: [
        { name: 'then_branch', type: 5, g: branch },
        {
          name: 'else_branch',
          type: 5,
          g: { ...branch, name: 'else', node: [{ ...branch.node[0], output: ['inner_out'] }] },
        },
      ],
    }).finish(),
    onnx.NodeProto.encode({
      opType: 'Add',
      name: 'join',
      input: ['if_out', 'relu_out'],
      output: ['y'],
    }).finish(),
  ];
  const rest = onnx.GraphProto.encode({
    name: 'rich',
    docString: 'graph doc',
    initializer: [
      { name: 'cond', dataType: 9, dims: [], int32Data: [1] },
      { name: 'w', dataType: 1, dims: [2], floatData: [1, 2] },
    ],
    sparseInitializer: [
      {
        values: { name: 's', dataType: 1, dims: [1], floatData: [3] },
        indices: { dataType: 7, dims: [1], int64Data: [0] },
        dims: [4],
      },
    ],
    input: [value('x')],
    output: [value('y')],
    valueInfo: [value('relu_out')],
    quantizationAnnotation: [
      { tensorName: 'x', quantParameterTensorNames: [{ key: 'SCALE_TENSOR', value: 'w' }] },
    ],
  }).finish();
  const graph = join(...nodes.map((node) => field(1, node)), rest, unknown(95, 7));
  const head = onnx.ModelProto.encode({
    irVersion: 8,
    producerName: 'other',
    domain: 'com.example',
    modelVersion: 3,
    docString: 'model doc',
    opsetImport: [{ domain: '', version: 17 }],
  }).finish();
  const tail = onnx.ModelProto.encode({
    metadataProps: [{ key: 'author', value: 'someone' }],
    trainingInfo: [{ initializationBinding: [{ key: 'w', value: 'w0' }] }],
    functions: [
      {
        name: 'f',
        domain: 'my',
        input: ['a'],
        output: ['b'],
        node: [{ opType: 'Neg', input: ['a'], output: ['b'] }],
      },
    ],
  }).finish();
  return join(head, field(7, graph), tail, unknown(99, 9));
}
