import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const docs = fileURLToPath(new URL('..', import.meta.url));

export interface PageLink {
  readonly text: string;
  readonly link: string;
}

/** Links to the pages of a folder, by file name, each with its first heading. */
export function pagesOf(folder: string): PageLink[] {
  return readdirSync(join(docs, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md') && entry.name !== 'README.md')
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const text = readFileSync(join(docs, folder, name), 'utf8');
      const title = /^# (.*)/m.exec(text)?.[1] ?? name;
      return { text: title.replaceAll('`', ''), link: `/${folder}/${name.slice(0, -3)}` };
    });
}

/** Links to the API pages, in the order in which people need them; none before typedoc has run. */
export function apiPages(): PageLink[] {
  const index = join(docs, 'reference/api/index.json');
  return existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as PageLink[]) : [];
}
