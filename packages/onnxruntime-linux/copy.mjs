// Copies onnxruntime-node's JavaScript and its binaries for Linux into dist/, unchanged.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);
const source = join(dirname(resolve('onnxruntime-node')), '..');
const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
if (version !== devDependencies['onnxruntime-node'])
  throw new Error(`onnxruntime-node is ${version}, not ${devDependencies['onnxruntime-node']}.`);

// A build while another process packs this folder must not take files from it: what is whole stays.
const whole = 'dist/copied.txt';
if (existsSync(whole) && readFileSync(whole, 'utf8') === version) process.exit();
rmSync('dist', { recursive: true, force: true });
cpSync(join(source, 'dist'), 'dist/js', {
  recursive: true,
  filter: (path) => !path.endsWith('.map'),
});
// Those that `npm rebuild` downloaded for CUDA stay out.
cpSync(join(source, 'bin/napi-v6/linux'), 'dist/bin/napi-v6/linux', {
  recursive: true,
  filter: (path) => !/libonnxruntime_providers_/.test(path),
});
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
writeFileSync(whole, version);
