// Bundles the program of a worker process into one file: validation starts a process for each model and
// setting, and reading a hundred small files each time takes longer than what most of them run.
import { rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

const bundle = await rolldown({
  input: 'src/process/worker.ts',
  platform: 'node',
  transform: { target: 'es2023' },
  resolve: { conditionNames: ['@pip-graft/source', 'node', 'import', 'default'] },
  external: [/^node:/, 'onnxruntime-node', '@pip-graft/onnxruntime'],
  onLog(level, log, defaults) {
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    defaults(level, log);
  },
});
await bundle.write({ file: 'dist/process/worker.js', format: 'esm', codeSplitting: false });
await bundle.close();
// The compiler's, of the file that this one replaces.
rmSync('dist/process/worker.js.map', { force: true });
