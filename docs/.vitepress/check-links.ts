import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { SiteConfig } from 'vitepress';

/** Fails the build for a link to a page, file or heading that is not there. VitePress checks pages only, by their sources. */
export function checkLinks({ outDir, site }: SiteConfig): void {
  const pages = readdirSync(outDir, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.html'));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(outDir, page), 'utf8')]));
  const ids = new Map(
    [...texts].map(([page, text]) => [page, new Set(matches(text, / id="([^"]*)"/g))]),
  );
  const dead: string[] = [];
  for (const [page, text] of texts) {
    for (const href of new Set(matches(text, /<a [^>]*href="([^"]*)"/g))) {
      if (/^[a-z]+:/i.test(href)) continue;
      const [path = '', anchor] = decodeURIComponent(href.replaceAll('&amp;', '&')).split('#');
      const target = pageOf(path, page, site.base);
      const found = anchor ? ids.get(target)?.has(anchor) : existsSync(join(outDir, target));
      if (!found) dead.push(`${page}: ${href}`);
    }
  }
  if (dead.length > 0) throw new Error(`Dead links:\n${dead.join('\n')}`);
}

function pageOf(path: string, from: string, base: string): string {
  if (path === '') return from;
  const file = path.startsWith(base) ? path.slice(base.length) : join(dirname(from), path);
  return file === '' || file.endsWith('/') ? `${file}index.html` : file;
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}
