import { fileURLToPath } from 'node:url';

/**
 * None of this is for @pip-graft/restore: webpack finds the worker, the wasm file and the model
 * itself.
 */
export default {
  mode: 'production',
  context: fileURLToPath(new URL('.', import.meta.url)),
  entry: './src/main.js',
  output: { path: fileURLToPath(new URL('public/built/', import.meta.url)), publicPath: 'auto' },
  // A model and a runtime exceed the size that webpack expects of a page.
  performance: { hints: false },
};
