// node site.mjs FOLDER MODEL NAME: puts the built page into a folder of a static site, with a model that it opens, and
// a service worker that keeps both for use offline.
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const [folder, model, name] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(folder, { recursive: true, force: true });
cpSync(join(here, 'dist'), folder, { recursive: true });
// A static site sends files as they are.
for (const file of readdirSync(join(folder, 'assets')).filter((each) => each.endsWith('.br'))) {
  const path = join(folder, 'assets', file);
  writeFileSync(path.slice(0, -'.br'.length), brotliDecompressSync(readFileSync(path)));
  rmSync(path);
}
copyFileSync(model, join(folder, 'model.onnx'));
writeFileSync(
  join(folder, 'studio.json'),
  JSON.stringify({ model: 'model.onnx', name, offline: true, home: '../' }),
);
// The page may load from its own site alone and send nothing elsewhere.
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self' blob: data:; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const index = join(folder, 'index.html');
const html = readFileSync(index, 'utf8');
const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
writeFileSync(index, html.replace('<meta charset="utf-8">', `$&\n    ${meta}`));

const all = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  .map((path) => path.replaceAll('\\', '/'))
  .sort();
const hash = createHash('sha256');
for (const file of all) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
const files = ['./', ...all.filter((file) => !/\.(wasm|onnx)$|^index\.html$/.test(file))];
const filled = JSON.stringify({ version: hash.digest('hex').slice(0, 16), files });
const worker = readFileSync(join(here, 'service-worker.js'), 'utf8');
writeFileSync(
  join(folder, 'service-worker.js'),
  worker.replace(/\/\* filled in.*?\*\/ \{.*?\}/, () => filled),
);
