/**
 * One line a person can read from what onnxruntime threw: its messages carry
 * source paths, C++ signatures, error numbers and newlines.
 *
 * @example runtimeMessage(new Error('[ONNXRuntimeError] : 1 : FAIL : Bad node\n')) // 'Bad node'
 */
export function runtimeMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(/\S*\/onnxruntime_src\/\S+:\d+ /g, '')
    // The CUDA provider's checks: two signatures before, and after it the machine's name and the call.
    .replace(/^.*?\b((?:CUDA|CUDNN|CUBLAS\w*|CUFFT|CURAND) failure -?\d+: )/, '$1')
    .replace(/ ; GPU=.*? ; expr=(.*?);?\s*$/, ' ($1)')
    // A C++ signature and its condition stand before the sentence that explains.
    .replace(/^[\w:&<>*~ ]+\(.*?\)(?:::<lambda\(\)>)?(?: const)? \S.*? was false\. /, '')
    .trim();
  return line === '' ? 'no reason given' : line.slice(0, 400);
}
