import { requireKind } from '../argument.ts';
import type { ByteSource } from '../wire/source.ts';
import {
  brands,
  exportAgain,
  type FileKind,
  type IdentifiedFile,
  signatures,
} from './signatures.ts';

/** A tar archive has its magic in its first block of 512 bytes. */
const headBytes = 1024;
const tarMark = 257;
const block = 512;
/** Records to look at before the first file. */
const mostRecords = 16;

/**
 * Identifies a file that was given in place of something else: a pointer, a web page, an archive,
 * an image, a model of another framework. undefined if its content does not tell.
 *
 * @example identifyFile(bytesSource(png))?.name // 'a PNG image'
 */
export function identifyFile(source: ByteSource): IdentifiedFile | undefined {
  const takes = 'a source, which `bytesSource` returns,';
  requireKind(source, { member: 'read', place: 'identifyFile', takes });
  const kind = identify(source);
  if (kind === undefined) return undefined;
  const { name, advice } = kind;
  return { ...kind, text: advice === undefined ? `it is ${name}` : `it is ${name}; ${advice}` };
}

function identify(source: ByteSource): FileKind | undefined {
  const { size } = source;
  if (size === 0) return { name: 'an empty file', advice: 'download or export it again' };
  const head = source.read(0, Math.min(size, headBytes));
  const text = latin1(head);
  const found = signatures.find(({ at = 0, bytes }) => text.startsWith(bytes, at));
  if (found !== undefined) {
    const { name, advice, image } = found;
    return { name, ...(advice ? { advice } : {}), ...(image ? { image } : {}) };
  }
  if (size >= 30 && text.startsWith('PK\x03\x04')) return identifyZip(source);
  if (text.startsWith('ftyp', 4)) {
    return brands.find(([brand]) => brand.test(text.slice(8)))?.[1];
  }
  if (text.startsWith('ustar', tarMark)) return identifyTar(source);
  if (/^P[1-6]\s+\d+\s+\d+\s/.test(text)) return { name: 'a PNM image', image: 'pnm' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: reserved bytes, the type, a count
  if (/^\0\0\x01\0[\x01-\xff]\0/.test(text)) return { name: 'an ICO image', image: 'ico' };
  return identifyText(head) ?? identifyModel(head, text, size);
}

/** The first file of a tar archive, after the records and folders that precede it. */
function firstInTar(source: ByteSource): string {
  for (let at = 0, tried = 0; at + block <= source.size && tried < mostRecords; tried++) {
    const head = latin1(source.read(at, at + block));
    const name = head.slice(0, 100).split('\0', 1)[0]!.replace(/^\.\//, '');
    // Records of types x, g, L and K describe the next record; 5 is a folder.
    if (!/[xgLK5]/.test(head[156]!)) return name;
    const length = Number.parseInt(head.slice(124, 136).trim(), 8);
    if (!(length >= 0)) return '';
    at += block + Math.ceil(length / block) * block;
  }
  return '';
}

function identifyTar(source: ByteSource): FileKind {
  const first = firstInTar(source);
  const old = ['sys_info', 'pickle', 'storages', 'tensors'].includes(first);
  return old
    ? {
        name: 'a tar archive, as PyTorch wrote before 0.1.10',
        advice: 'load it in PyTorch and save its state_dict() again with torch.save',
      }
    : { name: 'a tar archive', advice: unpack([first]) };
}

/** TensorFlow's GraphDef: a node, its name, its operator. */
const graphDef =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes of a record
  /^\n.{1,4}\n.{1,203}?\x12.(Placeholder|Const|VarHandleOp|VariableV2|NoOp|Identity)/s;
/** Its SavedModel: version 1, then graphs with operators that ONNX lacks. */
const savedModel =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes of a record
  /^\x08\x01\x12.*(AssignVariableOp|VarHandleOp|PartitionedCall|Placeholder|MergeV2Checkpoints)/s;

/** Formats without a signature, by their first fields. */
function identifyModel(head: Uint8Array, text: string, size: number): FileKind | undefined {
  if (text.startsWith('BM') && size > 26 && text.startsWith('\0\0\0\0', 6)) {
    return { name: 'a BMP image', image: 'bmp' };
  }
  if (text.startsWith('\0'.repeat(Math.min(size, headBytes)))) {
    return { name: 'a file of zeros', advice: 'the download was cut: download it again' };
  }
  if (graphDef.test(text) || savedModel.test(text)) {
    return { name: 'a TensorFlow graph', advice: exportAgain };
  }
  if (size > 9 && text.startsWith('{', 8) && text.startsWith('\0\0', 6)) {
    return { name: 'a safetensors file', advice: 'turn it into ONNX with graft backbone import' };
  }
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) {
    return {
      name: 'a pickle, as older PyTorch checkpoints are',
      advice: 'turn it into ONNX with graft backbone import, or export the network with PyTorch',
    };
  }
  if (head[0] === 0x08 && head[1]! > 1 && head[1]! < 32 && [0x12, 0x3a, 0x42].includes(head[2]!)) {
    return { name: 'an ONNX model' };
  }
  return undefined;
}

/** One character per byte. `TextDecoder` does not: its latin1 is windows-1252, where 89 hex is ‰. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Characters of a text that a message quotes. */
const quoted = 60;

/** Forms of text that Python's onnx.save writes, with their names there. */
const onnxText = [
  { name: 'JSON', format: 'json', begins: /^\{\s*"ir_?version":/i },
  { name: 'a protobuf text', format: 'textproto', begins: /^ir_version: \d/ },
  { name: 'text in ONNX syntax', format: 'onnxtxt', begins: /^<\s*ir_version:/ },
] as const;

/** Identifies a text file by its beginning; undefined if it is not text. */
function identifyText(head: Uint8Array): FileKind | undefined {
  const text = decode(head)?.trimStart();
  if (text === undefined || text === '') return undefined;
  const again = 'the download may have failed: open the address in a browser and download it again';
  if (/^<(!doctype html|html|head|body|meta|script)/i.test(text)) {
    return { name: 'a web page', advice: again };
  }
  if (/^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg/is.test(text)) {
    return { name: 'an SVG drawing', image: 'svg' };
  }
  if (/<net\s/.test(text) && /<layers/.test(text)) {
    return { name: 'an OpenVINO network', advice: 'use the ONNX file it was made from' };
  }
  const written = onnxText.find(({ begins }) => begins.test(text));
  if (written !== undefined) {
    return {
      name: `an ONNX model as ${written.name}`,
      advice: `convert it in Python: onnx.save(onnx.load(path, format="${written.format}"), "model.onnx")`,
    };
  }
  if (text.startsWith('<')) return { name: 'an XML document', advice: again };
  if (/^\{.*"weight_map"/s.test(text)) {
    return {
      name: 'the index of a checkpoint in several safetensors files',
      advice: 'turn it into ONNX with graft backbone import, which reads them as one',
    };
  }
  const quote = text.slice(0, quoted).split(/[\r\n]/, 1)[0]!;
  const name = /^(\{|\[\s*(?:["{[\]\d-]|true|false|null))/.test(text) ? 'JSON' : 'text';
  return { name: `${name} (${quote}${text.length > quote.length ? '…' : ''})`, advice: again };
}

/** undefined if it is not UTF-8, or has characters that do not occur in text. */
function decode(head: Uint8Array): string | undefined {
  try {
    // As a stream, since the last character may be truncated.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what makes a file binary
    return /[\0-\x08\x0b\x0e-\x1f\x7f-\x9f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The record at the end of a zip, without its comment, and how much of the end to search. */
const endBytes = 22;
const tailBytes = 1024;
/** Enough of the directory for the names that matter. */
const directoryBytes = 1024 * 1024;

/** Identifies a zip by the names in its directory, or by its first name if its end is missing. */
function identifyZip(source: ByteSource): FileKind {
  const { names, isWhole } = zipNames(source);
  const has = (...marks: string[]) =>
    names.some((name) => marks.some((mark) => name.includes(mark)));
  if (has('/code/__torch__', 'constants.pkl')) {
    return {
      name: 'a TorchScript archive, which holds code',
      advice:
        "load it in PyTorch and export it to ONNX, or save the network's state_dict() with torch.save",
    };
  }
  if (has('/archive_format') && has('/data/weights/')) {
    return {
      name: 'a PyTorch program, as torch.export saves',
      advice: 'load it with torch.export.load and export it with torch.onnx.export',
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
  if (has('/.data/serialization_id')) {
    return {
      name: 'a PyTorch checkpoint without its contents, as a torch.save that failed leaves it',
      advice: "save the network's state_dict() again, alone",
    };
  }
  if (has('saved_model.pb', 'model.weights.h5')) {
    return {
      name: 'a zip of a TensorFlow or Keras model',
      advice: exportAgain,
    };
  }
  if (has('.mlpackage/')) {
    return {
      name: 'a zip of a Core ML model',
      advice: exportAgain,
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
  return { name: 'a zip archive', advice: unpack(names) };
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

/** Advice for an archive, by the names in it: a model or a checkpoint, if there is one. */
function unpack(names: readonly string[]): string {
  const model = names.find((name) => /\.(onnx|safetensors|pth|pt|ckpt|bin)$/i.test(name));
  return model === undefined
    ? 'unpack it, and use the file in it'
    : `unpack it, and use '${model.replace(/[^ -~]/g, '?').slice(0, 100)}' in it`;
}
