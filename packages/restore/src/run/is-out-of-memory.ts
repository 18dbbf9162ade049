// What onnxruntime's allocators, CUDA's libraries, Dawn and V8 say. Status codes tell nothing:
// each of these arrives as a plain failure.
const said =
  /bad_alloc|bad allocation|failed to allocate memory|out of memory|out_of_memory|alloc_failed|allocation failed|available memory of \d+ is smaller|cannot allocate memory/i;

/**
 * Whether what was thrown means that memory ran out, on the CPU or on a device.
 *
 * @example isOutOfMemory(new Error('std::bad_alloc')) // true
 */
export function isOutOfMemory(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (said.test(at.message)) return true;
  }
  return false;
}
