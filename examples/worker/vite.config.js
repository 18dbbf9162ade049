/** A worker that starts another worker must be an ES module. */
export default {
  worker: { format: 'es' },
};
