import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { foldsCase } from '../../src/restore/folds-case.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-case-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('compares a folder with itself under another case', () => {
  mkdirSync(join(folder, 'out'));
  // Stands for a file system on which both names are one folder.
  symlinkSync('out', join(folder, 'OUT'));
  expect(foldsCase(join(folder, 'out'))).toBe(true);
  expect(foldsCase(join(folder, 'out', 'new', '1'))).toBe(true);
  mkdirSync(join(folder, 'other'));
  mkdirSync(join(folder, 'OTHER'));
  expect(foldsCase(join(folder, 'other'))).toBe(false);
});
