import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('../packages', import.meta.url));

/** In the order in which people need them; what is not named comes after, by name. */
const first = ['restore', 'graft', 'graft/node', 'validate', 'report', 'train'];

/** The entry points of all published libraries: name below `@pip-graft/` and source file. */
export function apiEntries() {
  const entries = readdirSync(packages).flatMap((name) => {
    const manifest = manifestOf(name);
    if (manifest === undefined || manifest.private) return [];
    return (
      Object.entries(manifest.exports ?? {})
        .filter(([, entry]) => entry['@pip-graft/source'] !== undefined)
        .map(([path, entry]) => ({
          name: `${name}${path.slice(1)}`,
          source: join(packages, name, entry['@pip-graft/source']),
        }))
        // The command is used by its name; of its package only the config is imported.
        .filter((entry) => entry.name !== 'cli')
    );
  });
  const rank = ({ name }) => (first.includes(name) ? first.indexOf(name) : first.length);
  return entries.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function manifestOf(name) {
  try {
    return JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
