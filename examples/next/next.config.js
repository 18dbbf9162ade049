/**
 * Not bundled on the server but loaded from node_modules: sharp and onnxruntime have native code.
 */
export default {
  serverExternalPackages: ['@pip-graft/restore', '@pip-graft/restorer', 'sharp'],
};
