/**
 * What a checkpoint may ask of the reader. Published checkpoints of restoration networks have up to
 * 3,000 tensors; training state doubles or triples that.
 */
export const checkpointLimits = {
  /** Instructions of one pickle: about 30 for a tensor. */
  opcodes: 1_000_000,
  /** Values on the machine's stack, and remembered ones. */
  stack: 100_000,
  memo: 500_000,
  /** Bytes of one text or byte string: names are short, configurations kept as text are not. */
  textBytes: 1024 * 1024,
  /** Digits or bytes of one integer. */
  integerBytes: 255,
  /** Lists, tuples and dictionaries: four for a tensor. */
  containers: 200_000,
  tensors: 30_000,
  rank: 32,
  /** Elements of one tensor: 2 GiB as float32, what an ONNX file can hold. */
  elements: 2 ** 29 - 1,
  /** Elements of a tensor that has more of them than its storage, as expanded ones do. */
  expandedElements: 2 ** 20,
  /** Elements of all tensors, over the bytes of the file: tied weights share storages a few times. */
  elementsPerByte: 4,
  /** Bytes of one entry of a zip once it is unpacked. */
  entryBytes: 2 ** 31 - 1,
  /** Bytes of a zip's pickle: names, shapes and settings. */
  pickleBytes: 64 * 1024 * 1024,
  /** Dictionaries and lists within each other that are opened to get at the tensors. */
  containerDepth: 12,
  /** Numbers, texts and other records that are kept by their paths. */
  scalars: 10_000,
  /** What compressed entries may grow to: bytes, or times the file. Weights hardly compress. */
  inflatedBytes: 24 * 1024 * 1024,
  inflatedRatio: 4,
} as const;
