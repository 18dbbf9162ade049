// Runs the tests of the package it is started in, or those of the whole product (`test`) in the root, and
// writes what came of them into out/test.json there. turbo calls it; a person calls vitest.
import { join } from 'node:path';
import process from 'node:process';
import { root, run } from './install.mjs';

const here = process.cwd();
const { status } = run('npx', [
  'vitest',
  'run',
  // A filter is a part of a path, and `test/` is part of all.
  join(here, 'test/'),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(here, here === root ? 'out/test/report.json' : 'out/test.json')}`,
]);
process.exitCode = status ?? 1;
