/** A worker that starts a worker is an ES module. */
export default {
  worker: { format: 'es' },
};
