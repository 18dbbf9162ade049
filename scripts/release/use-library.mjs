import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';

/** A user's program, strictly typed, that imports every entry point. */
const program = `import { backbones } from './entries.js';
import { applyGraft, GraftError, planGraft, type ErrorCode, type Plan } from '@pip-graft/graft';
import { freshAdapter, openHost, saveModel } from '@pip-graft/graft/node';

const host = await openHost('host.onnx');
const adapter = freshAdapter(host, { labels: ['rain'], seed: 7 });
const plan: Plan = planGraft(host, adapter);
const model: Parameters<typeof saveModel>[0] = applyGraft(plan);
await saveModel(model, 'by-library.onnx');
host.close();
let code: ErrorCode | undefined;
try {
  (await openHost('package.json')).close();
} catch (error) {
  if (error instanceof GraftError) code = error.code;
}
if (code !== 'NOT_ONNX' && code !== 'CORRUPT_FILE') throw new Error(\`package.json: \${code}\`);
if (plan.summary.labels.join() !== 'rain' || backbones === 0) throw new Error('another plan');
`;

const options = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  target: 'es2022',
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
};

/** Packages whose types come from onnxruntime, if that is installed. */
const onRuntime = new Set(
  ['onnxruntime', 'runtime', 'restore', 'validate', 'report', 'train'].map(
    (name) => `@pip-graft/${name}`,
  ),
);

/** Every entry point of the packages that work without onnxruntime, or of all. */
function entryPoints(packed, optional) {
  return (
    packed
      // A platform-specific package comes with the one that depends on it.
      .filter(({ name, manifest }) => !manifest.os && (optional || !onRuntime.has(name)))
      .flatMap(({ name, manifest }) =>
        Object.keys(manifest.exports ?? {})
          .filter((entry) => !/\.(json|safetensors|onnx)$/.test(entry) && !entry.includes('*'))
          .map((entry) => name + entry.slice(1)),
      )
  );
}

/** Writes the examples of the packages' READMEs as files; returns their names without extension. */
function writeExamples(packed, folder, optional) {
  copyFileSync(join(folder, 'host.onnx'), join(folder, 'model.onnx'));
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'chelsea.jpg'));
  mkdirSync(join(folder, 'photos'), { recursive: true });
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photos/chelsea.jpg'));
  copyFileSync(join(root, 'test/checkpoints/nafnet.pth'), join(folder, 'nafnet.pth'));
  return packed.flatMap(({ name, manifest, folder: source }) => {
    if (manifest.os || (!optional && onRuntime.has(name))) return [];
    const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(source, 'README.md'), 'utf8'))?.[1];
    if (code === undefined) return [];
    const example = `readme-${name.split('/')[1]}`;
    // Training runs, but not for as long as the example does.
    writeFileSync(join(folder, `${example}.ts`), code.replace(/steps: \d+/, 'steps: 2'));
    return [example];
  });
}

/**
 * Compiles the program and the pages' examples under each module resolution and runs them where
 * `useCommand` left its files. Returns one line per problem.
 */
export function useLibrary(packed, folder, { optional }) {
  const names = entryPoints(packed, optional);
  const imports = names.map((name, index) => `import * as entry${index} from '${name}';`);
  const count = names.map((_, index) => `Object.keys(entry${index}).length`).join(' * ');
  writeFileSync(
    join(folder, 'entries.ts'),
    `${imports.join('\n')}\nexport const backbones: number = ${count};\n`,
  );
  writeFileSync(join(folder, 'program.ts'), program);
  const programs = ['program', ...writeExamples(packed, folder, optional)];
  const wrong = [];
  for (const [module, moduleResolution] of [
    ['esnext', 'bundler'],
    ['node16', 'node16'],
  ]) {
    const config = `tsconfig.${moduleResolution}.json`;
    // onnxruntime-common's own types name those of browsers.
    const lib = optional ? ['es2023', 'dom'] : ['es2023'];
    const compilerOptions = { ...options, lib, module, moduleResolution, outDir: '.' };
    writeFileSync(
      join(folder, config),
      JSON.stringify({
        compilerOptions,
        files: ['entries.ts', ...programs.map((name) => `${name}.ts`)],
      }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const ended = spawnSync(process.execPath, [tsc, '-p', config], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (ended.status !== 0) wrong.push(`types with ${moduleResolution}: ${ended.stdout}`);
  }
  for (const name of programs) {
    const ran = spawnSync(process.execPath, [`${name}.js`], { cwd: folder, encoding: 'utf8' });
    if (ran.status !== 0) wrong.push(`${name}: ${ran.stderr}`);
  }
  return wrong;
}
