/** The format's own bound on its header: names are counted before they are read, and a hostile length does not allocate. */
export const maxHeaderBytes = 100_000_000;

/** Axes of a tensor. ONNX runtimes stop far below; a header could name millions. */
export const maxRank = 32;

/** Commas of a header: a tensor has three to ten, by its rank; metadata has a few more. */
export const maxMembers = 1_000_000;
