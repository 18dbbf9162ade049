import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import type { MarkdownRenderer } from 'vitepress';

export const repository = 'https://github.com/pip-graft/pip-graft';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Pages that include a file of the repository's root: their links start there. */
const included: Readonly<Record<string, string>> = { 'security.md': 'SECURITY.md' };

/**
 * Turns links to files that are not pages of the site into links to the repository, so that one text
 * works in both places. Fails for a file that does not exist.
 */
export function leaveSite(md: MarkdownRenderer): void {
  md.core.ruler.push('leave-site', ({ tokens, env }) => {
    const page: string = env.realPath ?? env.path ?? '';
    const at = relative(join(root, 'docs'), page);
    const from = included[at] ?? join('docs', at);
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const name = token.type === 'link_open' ? 'href' : token.type === 'image' ? 'src' : undefined;
      const link = name && token.attrGet(name);
      if (!name || !link || /^([a-z]+:|[#/])/i.test(link)) continue;
      token.attrSet(name, siteLink(link, from, at));
    }
  });
}

function siteLink(link: string, from: string, page: string): string {
  const [path = '', anchor] = link.split('#');
  const target = join(dirname(from), path);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (target.startsWith('docs/') && /\.(md|svg|webp|jpg)$/.test(target)) {
    // The site serves a folder's README as its index.
    const to = target.slice('docs/'.length).replace(/README\.md$/, 'index.md');
    const inside = relative(dirname(page), to);
    return `${inside.startsWith('.') ? inside : `./${inside}`}${hash}`;
  }
  if (target === 'SECURITY.md') return `/security${hash}`;
  if (!existsSync(join(root, target))) throw new Error(`${from}: no file '${target}' to link to.`);
  return `${repository}/blob/main/${target}${hash}`;
}
