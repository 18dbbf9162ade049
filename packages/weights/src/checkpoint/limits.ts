/**
 * What a checkpoint may ask of the reader. Each number is far above any published restoration
 * network and low enough that a hostile file exhausts neither memory nor patience. Nothing in
 * the reader recurses over a file's contents, so depth of nesting needs no bound of its own.
 */
export const checkpointLimits = {
  /** Bytes of one pickle: it holds names and shapes, about 200 bytes a tensor, never weights. */
  pickleBytes: 64 * 1024 * 1024,
  /** Opcodes of one pickle: about 30 a tensor, and each may leave an object of 250 bytes. */
  opcodes: 2_000_000,
  /** Values and marks on the stack at once: Python writes batches of 1,000 items. */
  stack: 100_000,
  /** Values kept by number for later use: about 15 a tensor. */
  memo: 1_000_000,
  /** Bytes of one text or byte string. The longest in real files are callback names of 1 KB. */
  stringBytes: 1024 * 1024,
  /** Bytes of one integer; the format's own short form ends here. A file's magic number has 10. */
  integerBytes: 255,
  /** Bytes of a line that names a module or class. */
  lineBytes: 1024,
  /** Tensors, those of optimisers included: about 600 in a large restoration network. */
  tensors: 100_000,
  /** Elements of one tensor: 1 GiB as float32. */
  tensorElements: 2 ** 28,
  /** Elements of all tensors, or what they span in their storages: bounds the work of reading all. */
  allElements: 2 ** 30,
  /** Elements of a tensor that repeats a smaller storage (stride 0): 64 MiB out of a few bytes. */
  expandedElements: 2 ** 24,
  /** Files in an archive: one a tensor and a few more. */
  zipEntries: 200_000,
  /** Deflated data may grow to so many times the file's size: weights shrink by less than 2. */
  inflateRatio: 20,
  /** And by so much besides, because weights that are all zero shrink by 1,000. */
  inflateAllowance: 64 * 1024 * 1024,
  /** Dictionaries within dictionaries around the tensors: real files have 3. */
  containers: 6,
} as const;
