// npm test: installs, then has turbo build, check types, lint and generated pages, build the site, and run all tests. What
// did not change since it last passed is not run again, except with `npm test -- --force`. With
// --full, which is npm run test:full, tests cover all of their matrices; see
// packages/test-utils/src/full.ts.
// Ends with one plain line, `N passed, N failed[, N skipped]`, which CI reads.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { install, root, run } from './install.mjs';

const args = process.argv.slice(2).filter((arg) => arg !== '--full');
if (process.argv.includes('--full')) process.env.PIP_GRAFT_FULL = '1';

install();
const reports = [join(root, 'out/test/report.json'), ...packagesWithTests()];
for (const report of reports) rmSync(report, { force: true });
mkdirSync(join(root, 'out/test'), { recursive: true });
const tasks = ['build', 'typecheck', 'lint', 'docs:check', 'docs', 'test', 'test:product'];
// One task at a time: tests already use all cores.
const { status } = run('npx', [
  ...['turbo', 'run', ...tasks, '--concurrency=1', '--continue', '--output-logs=new-only'],
  ...['--no-update-notifier', ...args],
]);
let [passed, failed, skipped] = [0, 0, 0];
for (const path of reports) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    skipped += report.numPendingTests;
    // A file that could not be loaded has no test that could fail.
    failed += report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
  } catch {
    console.log(`${path}: the tests left no report.`);
    failed++;
  }
}
if (status !== 0 && failed === 0) failed++;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);

/** Where the tests of each package leave their report. */
function packagesWithTests() {
  const packages = join(root, 'packages');
  return readdirSync(packages)
    .filter((name) => readdirSync(join(packages, name)).includes('test'))
    .map((name) => join(packages, name, 'out/test.json'));
}
