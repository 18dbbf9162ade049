/** Bytes that a kind of file begins with, or has at an offset. */
export interface Signature extends FileKind {
  readonly at?: number;
  readonly bytes: string;
}

const image = (format: string, name: string, bytes: string, at = 0): Signature => ({
  name: `${name} image`,
  image: format,
  bytes,
  at,
});
const packed = (tool: string, command: string, bytes: string): Signature => ({
  name: `a file compressed with ${tool}`,
  advice: `unpack it first, with ${command}`,
  bytes,
});
export const exportAgain = 'export the network to ONNX with the framework it comes from';
const original = 'use the ONNX file it was made from';

/** Signatures of files that people pass in place of a model, a checkpoint or an image; latin1. */
export const signatures: readonly Signature[] = [
  {
    name: 'a Git LFS pointer, not the file itself',
    advice: 'fetch the file with git lfs pull, or download it again from its page',
    bytes: 'version https://git-lfs.github.com/spec/',
  },
  packed('gzip', 'gunzip', '\x1f\x8b'),
  packed('xz', 'unxz', '\xfd7zXZ\0'),
  packed('bzip2', 'bunzip2', 'BZh'),
  packed('Zstandard', 'unzstd', '\x28\xb5\x2f\xfd'),
  packed('7-Zip', '7z x', '7z\xbc\xaf\x27\x1c'),
  packed('RAR', 'unrar x', 'Rar!\x1a\x07'),
  packed('lz4', 'unlz4', '\x04\x22\x4d\x18'),
  { name: 'an empty zip archive', advice: 'download or pack it again', bytes: 'PK\x05\x06' },
  image('png', 'a PNG', '\x89PNG\r\n\x1a\n'),
  image('jpeg', 'a JPEG', '\xff\xd8\xff'),
  image('gif', 'a GIF', 'GIF8'),
  image('webp', 'a WebP', 'WEBP', 8),
  image('tiff', 'a TIFF', 'II*\0'),
  image('tiff', 'a TIFF', 'MM\0*'),
  image('tiff', 'a TIFF', 'II+\0'),
  image('tiff', 'a TIFF', 'MM\0+'),
  image('psd', 'a Photoshop', '8BPS'),
  image('jxl', 'a JPEG XL', '\xff\x0a'),
  image('jxl', 'a JPEG XL', '\0\0\0\x0cJXL '),
  image('jp2', 'a JPEG 2000', '\0\0\0\x0cjP  '),
  image('exr', 'an OpenEXR', 'v/1\x01'),
  image('hdr', 'a Radiance HDR', '#?RADIANCE'),
  image('qoi', 'a QOI', 'qoif'),
  image('raf', 'a camera raw (RAF)', 'FUJIFILMCCD-RAW'),
  { name: 'a PDF document', bytes: '%PDF-' },
  { name: 'a TensorFlow Lite model', advice: exportAgain, bytes: 'TFL3', at: 4 },
  { name: 'an HDF5 file, as Keras writes', advice: exportAgain, bytes: '\x89HDF\r\n\x1a\n' },
  { name: 'a GGUF file of a language model', bytes: 'GGUF' },
  {
    name: 'a NumPy array',
    bytes: '\x93NUMPY',
    advice:
      'save the tensors of a network by name, with torch.save, and turn that into ONNX with graft backbone import',
  },
  { name: 'a TensorRT engine', advice: original, bytes: 'ptrt' },
  { name: 'a TensorRT engine', advice: original, bytes: 'ftrt' },
  { name: "a model in onnxruntime's own format", advice: original, bytes: 'ORTM', at: 4 },
  { name: 'an ncnn network', advice: original, bytes: '7767517\n' },
  { name: 'an RKNN network', advice: original, bytes: 'RKNN' },
  { name: 'an ExecuTorch program', advice: exportAgain, bytes: 'ET12', at: 4 },
  {
    name: 'a MATLAB file',
    advice: 'export the network to ONNX with exportONNXNetwork',
    bytes: 'MATLAB 5.0 MAT-file',
  },
  { name: 'a program or a library', bytes: '\x7fELF' },
];

/** Brands of files that begin with an `ftyp` box: ISO base media. */
export const brands: readonly (readonly [RegExp, FileKind])[] = [
  [/^avi[fs]/, { name: 'an AVIF image', image: 'avif' }],
  [/^(hei[cxms]|hev[cxms])/, { name: 'an HEIC image', image: 'heic' }],
  [/^mi[fa]/, { name: 'an HEIF image', image: 'heic' }],
  [/^crx/, { name: 'a camera raw (CR3) image', image: 'cr3' }],
  [/^/, { name: 'a video', advice: 'take its frames out as PNG first' }],
];

/** Kind of a file, by its content. */
export interface FileKind {
  /** With its article, such as `a Git LFS pointer`. */
  readonly name: string;
  /** What to do about it, as an instruction; undefined if the name says enough. */
  readonly advice?: string;
  /** Set for images: the format's short name, such as `heic`. */
  readonly image?: string;
}

/** A file's kind with a clause for messages. */
export interface IdentifiedFile extends FileKind {
  /** For example `it is a web page; the download may have failed`. */
  readonly text: string;
}
