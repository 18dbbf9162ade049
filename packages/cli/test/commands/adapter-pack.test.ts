import { expect, it } from 'vitest';
import { licenceNote } from '../../src/commands/adapter-pack.ts';

it.each([
  ['MIT'],
  ['(MIT OR Apache-2.0)'],
  ['GPL-2.0-only WITH Classpath-exception-2.0'],
  ['CC-BY-NC-SA-4.0'],
  ['GPL-3.0'],
  ['GPL-2.0+'],
  ['BSD-4-Clause'],
  ['CC-BY-NC-2.5'],
  ['LiLiQ-P-1.1 OR X11'],
  ['LicenseRef-Research'],
  ['SEE LICENSE IN LICENSE.txt'],
  ['UNLICENSED'],
])('%s is taken', (text) => {
  expect(licenceNote('--license', text)).toBeUndefined();
});

it.each([
  ['Apache 2.0', 'Apache-2.0'],
  ['apache-2', 'Apache-2.0'],
  ['Apache License, Version 2.0', 'Apache-2.0'],
  ['mit', 'MIT'],
  ['MIT License', 'MIT'],
  ['GPLv3', 'GPL-3.0-only'],
  ['gpl-3.0', 'GPL-3.0-only'],
  ['CC BY 4.0', 'CC-BY-4.0'],
  ['CC-BY-NC 4.0', 'CC-BY-NC-4.0'],
  ['BSD 3 clause', 'BSD-3-Clause'],
  ['MIT OR Apache2', 'Apache-2.0'],
])('for %s, %s is suggested', (text, near) => {
  expect(licenceNote('--license', text)).toBe(
    `note: --license ${text}: not a well-known SPDX identifier, which npm and model hubs go by; did you mean '${near}'?`,
  );
});

it('suggests nothing that is far away', () => {
  expect(licenceNote('--base-license', 'ask my supervisor first')).toBe(
    'note: --base-license ask my supervisor first: not a well-known SPDX identifier, which npm and model hubs go by.',
  );
  expect(licenceNote('--license', '')).toMatch(/^note: --license : not a well-known/);
  expect(licenceNote('--license', undefined)).toBeUndefined();
});
