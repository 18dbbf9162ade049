// Bundles the browser's entry point into dist/: what a page loads, and the workers that it starts. Packages of this
// repository and their dependencies are inside; onnxruntime-web stays outside, where the page's bundler finds its
// wasm file. worker-source.js holds the worker with onnxruntime's script as text, for pages without a bundler that
// knows workers.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

/** @type {import('rolldown').InputOptions} */
const common = {
  platform: 'browser',
  transform: { target: 'es2022' },
  resolve: { conditionNames: ['@pip-graft/source', 'browser', 'import', 'default'] },
  onLog(level, log, defaults) {
    if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
    defaults(level, log);
  },
};

/** The code of one entry, as a single file. */
async function bundled(input, external, minify = true) {
  const bundle = await rolldown({ ...common, input, external });
  const { output } = await bundle.generate({ format: 'esm', minify, codeSplitting: false });
  await bundle.close();
  return output[0].code;
}

const runtime = [/^onnxruntime-web/];
for (const name of ['worker', 'webgpu-worker']) {
  writeFileSync(`dist/${name}.js`, await bundled(`src/web/${name}.ts`, runtime));
}
const source = await bundled('src/web/worker.ts', []);
writeFileSync('dist/worker-source.js', `export const source = ${JSON.stringify(source)};\n`);
// Not minified: bundlers look for `new Worker(new URL('…', import.meta.url), { type: 'module' })` as it is written.
// The text is a file of its own, which a page loads only if it needs it.
const page = await bundled('src/browser.ts', [/worker-source/], false);
writeFileSync(
  'dist/browser.js',
  page.replaceAll(/['"`]\.\/(web\/)?worker-source\.[jt]s['"`]/g, '"./worker-source.js"'),
);
for (const name of ['browser.js.map']) rmSync(`dist/${name}`, { force: true });
if (!readFileSync('dist/browser.js', 'utf8').includes('"./worker-source.js"')) {
  throw new Error('dist/browser.js does not import its worker-source.js');
}
