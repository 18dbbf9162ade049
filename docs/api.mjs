// Writes docs/reference/api/: a page for every entry point of the published libraries, from their doc
// comments, and index.json, which is what the sidebar lists.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { apiEntries } from './api-entries.mjs';

/** @import { TypeDocOptions } from 'typedoc' */
/** @import { PluginOptions } from 'typedoc-plugin-markdown' */

const docs = fileURLToPath(new URL('.', import.meta.url));
const out = join(docs, 'reference/api');
const packages = join(docs, '../packages');
const entries = apiEntries();

/** @type {TypeDocOptions & PluginOptions} */
const options = {
  entryPoints: entries.map(({ source }) => source),
  tsconfig: join(docs, 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  logLevel: 'Warn',
  out,
  readme: 'none',
  // `tsc` checks types; here they are only read.
  skipErrorChecking: true,
  excludePrivate: true,
  excludeInternal: true,
  disableSources: true,
  // Types that are exported elsewhere, or not at all, are named without a link.
  validation: { notExported: false, invalidLink: true, invalidPath: true },
  sort: ['kind', 'alphabetical'],
  router: 'module',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  hideGroupHeadings: false,
  useCodeBlocks: true,
  // Slugs are counted differently by VitePress.
  useHTMLAnchors: true,
  excludeExternals: true,
  expandObjects: false,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  enumMembersFormat: 'table',
  typeDeclarationFormat: 'table',
  pageTitleTemplates: { module: '@pip-graft/{name}' },
};
const app = await Application.bootstrapWithPlugins(options);
const project = await app.convert();
if (project === undefined) process.exit(1);
// TypeDoc names a module after its file, as graft/src/node or restore/src/browser.
const names = new Map(
  entries.map(({ name, source }) => [
    relative(packages, source)
      .replaceAll('\\', '/')
      .replace(/(\/index)?\.ts$/, ''),
    name,
  ]),
);
for (const module of project.children ?? []) module.name = names.get(module.name) ?? module.name;
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
/** @type {Map<string | undefined, string>} */
const titles = new Map();
for (const path of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.md')) continue;
  const title = /^# (.*)/m.exec(readFileSync(join(out, path), 'utf8'))?.[1];
  if (!titles.has(title)) titles.set(title, path.replaceAll('\\', '/'));
}
const pages = entries.map(({ name }) => {
  const text = `@pip-graft/${name}`;
  const path = titles.get(text);
  if (path === undefined) throw new Error(`${text}: TypeDoc has written no page of it.`);
  return { text, link: `/reference/api/${path.replace(/(README)?\.md$/, '')}` };
});
writeFileSync(join(out, 'index.json'), `${JSON.stringify(pages, null, 2)}\n`);
