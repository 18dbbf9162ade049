import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { build } from 'vite';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const page = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">';

/** onnxruntime's wasm file. */
export const wasmFile = createRequire(import.meta.url).resolve(
  'onnxruntime-web/ort-wasm-simd-threaded.wasm',
);

/** Builds a page with Vite's defaults: the only configuration is where the files are. */
export async function buildWithVite(root: string, outDir: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, minify: false, reportCompressedSize: false },
  });
}

/** The page of these tests, built by Vite. */
export async function viteSite(folder: string): Promise<string> {
  const outDir = join(folder, 'vite');
  await buildWithVite(here('.'), outDir);
  return outDir;
}

/** A page built by esbuild, with onnxruntime's file copied beside it. */
export async function esbuildSite(
  folder: string,
  entries: readonly string[],
  conditions: string[] = [],
): Promise<string> {
  const outdir = join(folder, 'esbuild');
  mkdirSync(outdir, { recursive: true });
  await esbuild.build({
    entryPoints: entries.map(here),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir,
    conditions,
    logLevel: 'error',
  });
  cpSync(wasmFile, join(outdir, 'ort-wasm-simd-threaded.wasm'));
  const [entry] = entries;
  const script = entry!.replace(/^.*\//, '').replace('.ts', '.js');
  writeFileSync(
    join(outdir, 'index.html'),
    `${page}<script type="module" src="${script}"></script>`,
  );
  return outdir;
}

/** Adds the page as a classic script of esbuild, in a folder below the script's. Returns its path. */
export async function addClassicPage(outdir: string, entry: string): Promise<string> {
  await esbuild.build({
    entryPoints: [here(entry)],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    outfile: join(outdir, 'classic.js'),
    logLevel: 'error',
    // A worker of its own needs a module, and this page starts none.
    logOverride: { 'empty-import-meta': 'silent' },
  });
  mkdirSync(join(outdir, 'pages'));
  writeFileSync(join(outdir, 'pages/classic.html'), `${page}<script src="../classic.js"></script>`);
  return 'pages/classic.html';
}
