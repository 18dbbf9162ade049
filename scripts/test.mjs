// npm test: installs, builds, then checks types, lint, generated pages and all unit tests. With --full,
// which is npm run test:full, tests cover all of their matrices; see packages/test-utils/src/full.ts.
// Ends with one plain line, `N passed, N failed[, N skipped]`, which CI reads.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, root, run } from './install.mjs';

const args = process.argv.slice(2).filter((arg) => arg !== '--full');
if (process.argv.includes('--full')) process.env.PIP_GRAFT_FULL = '1';

install();
build();
const reportFile = join(root, 'out/test/report.json');
mkdirSync(join(root, 'out/test'), { recursive: true });
rmSync(reportFile, { force: true });
const steps = [
  ['types', 'npx', ['tsc', '-p', 'tsconfig.json']],
  ['types of scripts', 'npx', ['tsc', '-p', 'tsconfig.scripts.json']],
  ['lint', 'npx', ['biome', 'check', '--error-on-warnings', '.']],
  ['generated pages', 'node', ['scripts/docs.mjs', '--check']],
];
let passed = 0;
let failed = 0;
let skipped = 0;
for (const [name, command, words] of steps) {
  const ok = run(command, words).status === 0;
  console.log(`${ok ? '✓' : '✗'} ${name}`);
  if (ok) passed++;
  else failed++;
}
const tests = run('npx', [
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${reportFile}`,
  ...args,
]);
try {
  const report = JSON.parse(readFileSync(reportFile, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
  // A file that could not be loaded has no test of its own to fail.
  failed += report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
} catch {
  console.log('The unit tests left no report.');
  failed++;
}
if (tests.status !== 0 && failed === 0) failed++;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
