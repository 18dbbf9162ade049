import { bytesSource, identifyFile, readModel } from '@pip-graft/onnx-graft';
import { describe, expect, it, vi } from 'vitest';

const of = (text: string) => bytesSource(Buffer.from(text, 'latin1'), 'net.onnx');
const name = (text: string) => identifyFile(of(text))?.name;

const lfs = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`;
const tar = (first: string) =>
  `${first.padEnd(124, '\0')}${'0'.repeat(11)}${'\0'.repeat(122)}ustar\0${'\0'.repeat(249)}`;
const u16 = (value: number) => String.fromCharCode(value & 255, value >> 8);
/** A zip of empty entries; `inside` stands in for the stored bytes of the first. */
function zip(names: readonly string[], inside = ''): string {
  const entries = `PK\x03\x04${'\0'.repeat(22)}${u16(names[0]!.length)}\0\0${names[0]}${inside}`;
  const directory = names
    .map((one) => `PK\x01\x02${'\0'.repeat(24)}${u16(one.length)}${'\0'.repeat(16)}${one}`)
    .join('');
  const sizes = `${u16(directory.length)}\0\0${u16(entries.length)}\0\0`;
  return `${entries}${directory}PK\x05\x06${'\0'.repeat(8)}${sizes}\0\0`;
}
const checkpoint = zip(['archive/data.pkl', 'archive/data/0']);

describe('identifyFile', () => {
  it.each([
    ['a Git LFS pointer, not the file itself', lfs],
    ['a web page', '\n <!DOCTYPE html><html>'],
    ['an ONNX model as JSON', '{\n  "ir_version": "8",\n  "graph": {'],
    ['an ONNX model as JSON', '{"irVersion":"8","graph":{'],
    ['an ONNX model as a protobuf text', 'ir_version: 8\ngraph {\n'],
    [
      'an ONNX model as text in ONNX syntax',
      '<\n   ir_version: 8,\n   opset_import: ["" : 17]\n>\n',
    ],
    ['an XML document', '<Error><Code>AccessDenied</Code></Error>'],
    ['JSON ({"error":"Invalid username"})', '{"error":"Invalid username"}'],
    ['JSON ([1, 2])', '[1, 2]'],
    ['text ([model]…)', '[model]\nwidth = 32\n'],
    ['an RKNN network', 'RKNN\0\0\0\0'],
    ['an ExecuTorch program', '\x1c\0\0\0ET12'],
    ['a MATLAB file', 'MATLAB 5.0 MAT-file, Platform: GLNXA64'],
    ['a program or a library', '\x7fELF\x02\x01\x01'],
    ['text (../../blobs/0a1b)', '../../blobs/0a1b\n'.trimEnd()],
    ['the index of a checkpoint in several safetensors files', '{"weight_map": {}}'],
    ['a file compressed with gzip', '\x1f\x8b\x08\0'],
    ['a tar archive', tar('plain.pth')],
    ['a tar archive, as PyTorch wrote before 0.1.10', tar('sys_info')],
    ['a zip archive', zip(['weights/plain.pth'])],
    ['a zip archive', zip(['weights/plain.pth'], checkpoint)],
    ['a zip archive', zip(['weights/plain.pth']).slice(0, -30)],
    ['a PyTorch checkpoint', checkpoint],
    ['a PyTorch checkpoint whose end is missing', checkpoint.slice(0, -30)],
    // More than 4 GB: the directory's place is in another record.
    ['a PyTorch checkpoint', `${checkpoint.slice(0, -6)}\xff\xff\xff\xff\0\0`],
    ['a TorchScript archive, which holds code', zip(['net/data.pkl', 'net/code/__torch__/n.py'])],
    ['a zip of NumPy arrays (.npz)', zip(['a.npy'])],
    [
      'a PyTorch checkpoint without its contents, as a torch.save that failed leaves it',
      zip(['net/version', 'net/byteorder', 'net/.data/serialization_id']),
    ],
    [
      'a PyTorch program, as torch.export saves',
      zip(['net/data/weights/weight_0', 'net/models/model.json', 'net/archive_format']),
    ],
    ['a zip of a Core ML model', zip(['net.mlpackage/Manifest.json'])],
    ['an empty zip archive', `PK\x05\x06${'\0'.repeat(18)}`],
    ["a model in onnxruntime's own format", '\x14\0\0\0ORTM'],
    ['an OpenVINO network', '<?xml version="1.0"?>\n<net name="x" version="11"><layers/></net>'],
    ['an ncnn network', '7767517\n75 83\nInput'],
    ['a file compressed with lz4', '\x04\x22\x4d\x18\x60\x40'],
    ['a PNM image', 'P6\n96 64\n255\n\x95\x3c'],
    ['an ICO image', '\0\0\x01\0\x05\0\x10\x0b'],
    ['a PNG image', '\x89PNG\r\n\x1a\n'],
    ['an HEIC image', '\0\0\0\x18ftypheic'],
    ['an AVIF image', '\0\0\0\x18ftypavif'],
    ['a TensorFlow Lite model', '\x1c\0\0\0TFL3'],
    ['a TensorFlow graph', '\n\x13\n\x01x\x12\x0bPlaceholder'],
    ['a TensorFlow graph', '\x08\x01\x12\xff\x01\n\x20\x12\x18\n\x10AssignVariableOp'],
    ['a safetensors file', '\x10\0\0\0\0\0\0\0{"a":'],
    ['a pickle, as older PyTorch checkpoints are', '\x80\x02\x8a\x0a'],
    ['an ONNX model', '\x08\x08\x12\x07pytorch'],
    ['a file of zeros', '\0'.repeat(2000)],
    ['an empty file', ''],
    [undefined, '\x9a\x01\xff\xfe'],
  ])('%s', (expected, text) => expect(name(text)).toBe(expected));

  it('names what is in an archive', () => {
    expect(identifyFile(of(tar('./a\x1b/x.pth')))?.advice).toBe(
      "unpack it, and use 'a?/x.pth' in it",
    );
    const before = `${tar('./@PaxHeader').slice(0, 156)}x${tar('').slice(157)}`;
    expect(identifyFile(of(before + tar('plain.pth')))?.advice).toBe(
      "unpack it, and use 'plain.pth' in it",
    );
    expect(identifyFile(of(zip(['read me.txt', 'w/net.onnx'])))?.advice).toBe(
      "unpack it, and use 'w/net.onnx' in it",
    );
    expect(identifyFile(of(zip(['pic.png'])))?.advice).toBe('unpack it, and use the file in it');
    expect(identifyFile(of(zip(['weights/'])))?.advice).toBe('unpack it, and use the file in it');
  });

  it.each([
    ['a Git LFS pointer', lfs, /git lfs pull/],
    ['a checkpoint', checkpoint, /graft backbone import/],
    ['a TensorFlow graph', '\x08\x01\x12\xff\x01\n\x20\x12\x18\n\x10AssignVariableOp', /export/],
  ])('names %s in place of a model, with the next step', (_name, text, advice) => {
    expect(() => readModel(of(text))).toThrow(
      expect.objectContaining({ code: 'NOT_ONNX', message: expect.stringMatching(advice) }),
    );
  });
});

it('knows signatures above 7F hex where latin1 is windows-1252, as in browsers', () => {
  class Windows1252 extends TextDecoder {
    override decode(...given: Parameters<TextDecoder['decode']>): string {
      return super
        .decode(...given)
        .replaceAll('\x89', '‰')
        .replaceAll('\x93', '“');
    }
  }
  vi.stubGlobal('TextDecoder', Windows1252);
  try {
    expect(name('\x89PNG\r\n\x1a\n')).toBe('a PNG image');
    expect(name('\x93NUMPY')).toBe('a NumPy array');
  } finally {
    vi.unstubAllGlobals();
  }
});
