/**
 * Reduces an onnxruntime error to one readable line, without source paths, C++ signatures, error numbers
 * and newlines.
 *
 * @example runtimeMessage(new Error('[ONNXRuntimeError] : 1 : FAIL : Bad node\n')) // 'Bad node'
 */
export function runtimeMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(/\S*\/onnxruntime_src\/\S+:\d+ /g, '')
    // The CUDA provider puts two signatures before the message, the host name and the call after it.
    .replace(/^.*?\b((?:CUDA|CUDNN|CUBLAS\w*|CUFFT|CURAND) failure -?\d+: )/, '$1')
    .replace(/ ; GPU=.*? ; expr=(.*?);?\s*$/, ' ($1)')
    // A C++ signature and its condition precede the explanation.
    .replace(/^[\w:&<>*~ ]+\(.*?\)(?:::<lambda\(\)>)?(?: const)? \S.*? was false\. /, '')
    .trim();
  return line === '' ? 'no reason given' : line.slice(0, 400);
}
