/** What a person can do about an error of the library, by its code. */
const sentences: Readonly<Record<string, string>> = {
  CORRUPT_FILE: 'This page cannot read this file.',
  NOT_ONNX: 'This file is not an ONNX model.',
  UNSUPPORTED_LAYOUT: 'This model does not turn an image into an image of the same size.',
  UNSUPPORTED_HOST: 'This model cannot run here.',
  LIMIT_EXCEEDED: 'This file is too large for a browser.',
  DEVICE_UNAVAILABLE: 'Models cannot run in this browser.',
  RUNTIME_FAILED: 'The model failed.',
  READ_FAILED: 'The file could not be loaded.',
};

/** Describes an error: a sentence for everyone, then the library's message. */
export function plainWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const sentence = Object.hasOwn(sentences, code) ? `${sentences[code]} ` : '';
  return `${sentence}${message}`;
}
