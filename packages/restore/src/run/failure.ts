// What the failure of a run means, by its messages. Status codes do not help: each of these arrives
// as a plain failure.

/** Messages of onnxruntime's allocators, CUDA's libraries, Dawn and V8. */
const outOfMemory =
  /bad_alloc|bad allocation|failed to allocate memory|out of memory|out_of_memory|alloc_failed|allocation failed|available memory of \d+ is smaller|cannot allocate memory/i;

/** Messages of emscripten and the browser about a wasm program that crashed. */
const crashed =
  /Aborted\(|unreachable|memory access out of bounds|table index is out of bounds|null function/i;

/**
 * Whether an error means that memory ran out, on the CPU or on a device.
 *
 * @example isOutOfMemory(new Error('std::bad_alloc')) // true
 */
export function isOutOfMemory(error: unknown): boolean {
  return causesOf(error).some(({ message }) => outOfMemory.test(message));
}

/** Whether an error leaves onnxruntime's wasm unusable. */
export function isBroken(error: unknown): boolean {
  return causesOf(error).some(
    ({ name, message }) => name === 'RuntimeError' || crashed.test(message),
  );
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && causes.length < 8; at = at.cause) causes.push(at);
  return causes;
}
