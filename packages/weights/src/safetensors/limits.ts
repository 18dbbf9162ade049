/** The format's own bound on its header: more than a million tensors fit, and a hostile length does not allocate. */
export const maxHeaderBytes = 100_000_000;

/** Axes of a tensor. ONNX runtimes stop far below; a header could name millions. */
export const maxRank = 32;
