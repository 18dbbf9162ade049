// Bundles the command and the packages of this repository that it is made of into dist/: an entry for
// whatever starts a process or a thread, a chunk for each command. Other people's packages stay
// dependencies. zod is bundled as well, because it loads 91 files, which is a fifth of a command's
// start; it stays a dependency for the types of a config.
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

const entries = {
  main: 'src/main.ts',
  index: 'src/index.ts',
  config: 'src/config.ts',
  'json-schema': 'src/convert/config/schema.ts',
  'job-process': 'src/convert/job/job-process.ts',
  worker: '../runtime/src/process/worker.ts',
  'batch-worker': '../train/src/data/batch-worker.ts',
};
const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
const installed = Object.keys({
  ...dependencies,
  ...optionalDependencies,
  ...peerDependencies,
}).filter((name) => name !== 'zod');

/** Sources name the built file of a process or thread; here all entries lie in one folder. */
const besideMe = {
  name: 'entries-beside',
  transform(code) {
    const moved = code.replace(
      /new URL\('(?:\.\.\/)+dist\/(?:[\w-]+\/)*([\w-]+)\.js', import\.meta\.url\)/g,
      (_, name) => {
        if (!Object.hasOwn(entries, name)) throw new Error(`${name}: no entry of the bundle.`);
        return `new URL('./${name}.js', import.meta.url)`;
      },
    );
    const page = moved.replace("new URL('../../dist/studio-page/'", "new URL('./studio-page/'");
    return page === code ? null : { code: page };
  },
};

const bundle = await rolldown({
  input: entries,
  platform: 'node',
  // What Node 20 does not know, as `using`, is written out.
  transform: { target: 'es2023' },
  resolve: { conditionNames: ['@pip-graft/source', 'node', 'import', 'default'] },
  external: (id) =>
    id.startsWith('node:') || installed.some((name) => id === name || id.startsWith(`${name}/`)),
  plugins: [besideMe],
  onLog(level, log, defaults) {
    // An import that is neither ours nor a dependency would fail where the package is installed.
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    defaults(level, log);
  },
});
rmSync('dist', { recursive: true, force: true });
await bundle.write({
  dir: 'dist',
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].chunk.js',
});
await bundle.close();
cpSync('../../node_modules/zod/LICENSE', 'dist/zod.LICENSE');
// The page of `graft studio`, as its package built it.
cpSync('../studio/dist', 'dist/studio-page', { recursive: true });
