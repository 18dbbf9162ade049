/**
 * Limits on model files. Each is far above any real model and low enough that a hostile file cannot
 * exhaust memory or the stack.
 */
export const limits = {
  /** Graphs within graphs: the reader recurses once per level. Real models stay below 5. */
  subgraphDepth: 32,
  /** Nodes, tensors and values together, over all graphs: about 300 bytes of memory each. */
  records: 2_000_000,
  /**
   * Fields of all records and elements of lists that one reading passes, known or not: about 120
   * bytes of memory each. A node has 10 to 40.
   */
  fields: 5_000_000,
  /** Dimensions of one tensor or value. ONNX sets no limit; runtimes stop at 8 to 32. */
  rank: 64,
  /** Bytes of one name or string attribute kept as text. */
  stringBytes: 16 * 1024 * 1024,
  /** Elements of one list attribute kept as numbers. */
  listElements: 4_000_000,
  /** protobuf's limit on one message, and so on one .onnx file. */
  messageBytes: 2 ** 31 - 1,
} as const;
