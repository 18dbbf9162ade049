/** What runs on the server is loaded from node_modules as it is: sharp and onnxruntime have native parts. */
export default {
  serverExternalPackages: ['@pip-graft/restore', '@pip-graft/restorer', 'sharp'],
};
