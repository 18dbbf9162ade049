// Writes packages/runtime/src/placement/tables/cuda-kernels.ts from a JSON snapshot of onnxruntime's
// docs/OperatorKernels.md: { source, domains: { [domain]: { [operator]: [{ from, to, types, constraint }] } } }.
//
//   node scripts/kernels/cuda-kernels.mjs snapshot.json 1.24-1.25 > packages/runtime/src/placement/tables/cuda-kernels.ts
import { readFileSync } from 'node:fs';

const [snapshot, version] = process.argv.slice(2);
if (snapshot === undefined || version === undefined) {
  console.error('usage: node scripts/kernels/cuda-kernels.mjs <snapshot.json> <version>');
  process.exit(2);
}
const { source, domains } = JSON.parse(readFileSync(snapshot, 'utf8'));
const domainNames = { 'ai.onnx': '', 'com.microsoft': 'com.microsoft' };
const typeNames = { float: 'float32', double: 'float64' };

const row = ({ from, to, types, constraint = 'T' }) =>
  `${from}-${to ?? ''} ${constraint} ${types.map((type) => typeNames[type] ?? type).join(' ')}`;

const lines = [
  '// Written by scripts/kernels/cuda-kernels.mjs: do not edit.',
  '',
  '/** What the table was read from: a snapshot between two releases, so that newer ones may have more. */',
  'export const cudaKernelsSource = {',
  `  document: '${source}',`,
  `  version: '${version}',`,
  '};',
  '',
  '/**',
  " * The kernels of onnxruntime's CUDA provider by domain and operator: first and last operator set of",
  ' * each (the last left out where the range is open), the type variable, and its element types.',
  ' */',
  'export const cudaKernels: Readonly<',
  '  Record<string, Readonly<Record<string, readonly string[]>>>',
  '> = {',
];
for (const [domain, name] of Object.entries(domainNames)) {
  lines.push(`  '${name}': {`);
  for (const [operator, rows] of Object.entries(domains[domain])) {
    lines.push(`    ${operator}: [${rows.map((each) => `'${row(each)}'`).join(', ')}],`);
  }
  lines.push('  },');
}
lines.push('};');
console.log(lines.join('\n'));
