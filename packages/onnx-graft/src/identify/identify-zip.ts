import type { FileKind } from './file-kind.ts';

/** A zip by the names in it. `text` is its directory, or as much as is at hand, as latin1. */
export function identifyZip(first: string, text: string): FileKind {
  const has = (...marks: string[]) => marks.some((mark) => text.includes(mark));
  if (has('/code/__torch__', 'constants.pkl')) {
    return {
      name: 'a TorchScript archive, which holds code',
      advice:
        "load it in PyTorch and export it to ONNX, or save the network's state_dict() with torch.save",
    };
  }
  if (has('data.pkl')) {
    return {
      name: 'a PyTorch checkpoint',
      advice: 'turn it into ONNX with graft backbone import, or export the network with PyTorch',
    };
  }
  if (has('saved_model.pb', 'model.weights.h5')) {
    return {
      name: 'a zip of a TensorFlow or Keras model',
      advice: 'export the network to ONNX with the framework it comes from',
    };
  }
  if (has('.npy')) return { name: 'a zip of NumPy arrays (.npz)' };
  if (has('[Content_Types].xml')) return { name: 'an Office document' };
  return { name: 'a zip archive', advice: unpack(first) };
}

/** What to do with an archive, by the name of its first file. */
export function unpack(first: string): string {
  const plain = first.replace(/[^ -~]/g, '?').slice(0, 100);
  return plain === '' || plain.endsWith('/')
    ? 'unpack it, and use the file in it'
    : `unpack it, and use '${plain}' in it`;
}
