import type { ByteSource } from '../wire/source.ts';
import type { FileKind } from './signatures.ts';

/** The record at the end of a zip, without its comment, and how much of the end to search. */
const endBytes = 22;
const tailBytes = 1024;
/** Enough of the directory for the names that matter. */
const directoryBytes = 1024 * 1024;

/** Identifies a zip by the names in its directory, or by its first name if its end is missing. */
export function identifyZip(source: ByteSource): FileKind {
  const { names, isWhole } = zipNames(source);
  const [first = ''] = names;
  const has = (...marks: string[]) =>
    names.some((name) => marks.some((mark) => name.includes(mark)));
  if (has('/code/__torch__', 'constants.pkl')) {
    return {
      name: 'a TorchScript archive, which holds code',
      advice:
        "load it in PyTorch and export it to ONNX, or save the network's state_dict() with torch.save",
    };
  }
  if (!isWhole && has('data.pkl')) {
    return {
      name: 'a PyTorch checkpoint whose end is missing',
      advice: 'the download was cut: download it again',
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
  if (has('.npy')) {
    return {
      name: 'a zip of NumPy arrays (.npz)',
      advice:
        'convert its arrays with torch.from_numpy, save them by name with torch.save, and turn that into ONNX with graft backbone import',
    };
  }
  if (has('[Content_Types].xml')) return { name: 'an Office document' };
  return { name: 'a zip archive', advice: unpack(first) };
}

/** The names in a zip's directory, or its first name; and whether it has its end. */
function zipNames(source: ByteSource): { names: string[]; isWhole: boolean } {
  const { size } = source;
  const tail = source.read(Math.max(0, size - tailBytes), size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let isWhole = false;
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    isWhole = true;
    const start = view.getUint32(at + 16, true);
    const end = start + Math.min(view.getUint32(at + 12, true), directoryBytes);
    if (end <= size) return { names: directoryNames(source.read(start, end)), isWhole };
  }
  const head = source.read(0, Math.min(size, 30 + 256));
  const length = new DataView(head.buffer, head.byteOffset).getUint16(26, true);
  return { names: [text(head.subarray(30, 30 + length))], isWhole };
}

function directoryNames(directory: Uint8Array): string[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const names: string[] = [];
  for (let at = 0; at + 46 <= directory.length && view.getUint32(at, true) === 0x02014b50; ) {
    const length = view.getUint16(at + 28, true);
    names.push(text(directory.subarray(at + 46, at + 46 + length)));
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return names;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Advice for an archive, by the name of its first file. */
export function unpack(first: string): string {
  const plain = first.replace(/[^ -~]/g, '?').slice(0, 100);
  return plain === '' || plain.endsWith('/')
    ? 'unpack it, and use the file in it'
    : `unpack it, and use '${plain}' in it`;
}
