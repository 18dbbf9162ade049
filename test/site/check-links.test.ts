import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkLinks } from '../../docs/.vitepress/check-links.ts';

const outDir = mkdtempSync(join(tmpdir(), 'site-'));
afterAll(() => rmSync(outDir, { recursive: true }));
const page = (name: string, text: string) => writeFileSync(join(outDir, name), text);
const check = (base = '/') => checkLinks({ outDir, site: { base } } as never);

beforeEach(() => {
  mkdirSync(join(outDir, 'guides'), { recursive: true });
  page('index.html', '<h1 id="top">Home</h1><a href="https://example.org/#x">elsewhere</a>');
});

describe('checkLinks', () => {
  it.each([
    ['/index.html#top', '/'],
    ['/', '/'],
    ['../index.html#top', '/'],
    ['#own', '/'],
    ['/base/index.html#top', '/base/'],
  ])('follows %s below %s', (href, base) => {
    page('guides/a.html', `<h2 id="own">A</h2><a class="x" href="${href}">link</a>`);
    expect(() => check(base)).not.toThrow();
  });

  it.each(['/guides/none.html', '../index.html#none', '#none', '/none/'])(
    'fails for %s and names the page',
    (href) => {
      page('guides/a.html', `<a href="${href}">link</a>`);
      expect(() => check()).toThrow(`Dead links:\nguides/a.html: ${href}`);
    },
  );
});
