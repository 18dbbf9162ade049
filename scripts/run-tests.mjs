// Runs the tests of the package it is started in or, in the root, those of the whole product
// (`test`), and writes the results to out/test.json there. turbo calls this; a person calls vitest.
import { join } from 'node:path';
import process from 'node:process';
import { root, run } from './install.mjs';

const here = process.cwd();
const { status } = run('npx', [
  'vitest',
  'run',
  // A filter matches any part of a path, and `test/` is a part of all.
  ...(here === root ? ['--project', 'product'] : [join(here, 'test/')]),
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(here, here === root ? 'out/test/report.json' : 'out/test.json')}`,
]);
process.exitCode = status ?? 1;
