import { readFileSync } from 'node:fs';
import { errorCodes } from '@pip-graft/onnx-graft';
import { describe, expect, it } from 'vitest';

const page = readFileSync(
  new URL('../../../docs/guides/troubleshooting.md', import.meta.url),
  'utf8',
);
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [/^([A-Z_]+) \{#\1\}\n/.exec(section)?.[1], section] as const),
);
sections.delete(undefined);

describe('docs/guides/troubleshooting.md', () => {
  it('has a section for every code, in the order of the list', () => {
    expect([...sections.keys()]).toEqual(Object.keys(errorCodes));
  });

  it.each(Object.keys(errorCodes))('explains %s and what to do', (code) => {
    const paragraphs = sections.get(code)!.trim().split(/\n\n+/).slice(1);
    expect(paragraphs.length).toBeGreaterThanOrEqual(2);
    expect(paragraphs[0]).toMatch(/^\*\*.{20,}/);
  });

  it('lists each code under its exit status', () => {
    const listed = [...page.matchAll(/^\| (\d) \| (.*) \|$/gm)].flatMap(([, exit, codes = '']) =>
      [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => [code, Number(exit)]),
    );
    expect(Object.fromEntries(listed)).toEqual(errorCodes);
  });
});
