/** How emscripten and the browser say that a wasm program has ended in the middle. */
const said =
  /Aborted\(|unreachable|memory access out of bounds|table index is out of bounds|null function/i;

/** Whether what was thrown leaves onnxruntime's wasm unusable. */
export function isBroken(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof WebAssembly.RuntimeError || said.test(at.message)) return true;
  }
  return false;
}
