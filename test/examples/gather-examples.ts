import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An `@example` of a public doc comment. */
export interface Example {
  /** The symbol that the comment documents. */
  readonly name: string;
  readonly file: string;
  readonly code: string;
}

/** An entry point of a package: its exports, and their examples. */
export interface Door {
  /** The import specifier, such as `@pip-graft/graft/node`. */
  readonly specifier: string;
  /** Names as in an import: `a`, `type B`. */
  readonly names: readonly string[];
  readonly examples: readonly Example[];
}

/** All entry points in TypeScript of the published packages. */
export function gatherDoors(packages: string): Door[] {
  return readdirSync(packages).flatMap((folder) => {
    const home = join(packages, folder);
    const {
      name,
      exports = {},
      private: hidden,
    } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
      name: string;
      private?: boolean;
      exports?: Record<string, Record<string, string>>;
    };
    if (hidden || !existsSync(join(home, 'src'))) return [];
    const sources = filesOf(join(home, 'src')).map(
      (file) => [file, readFileSync(file, 'utf8')] as const,
    );
    return Object.entries(exports).flatMap(([path, { '@pip-graft/source': source }]) => {
      if (source === undefined) return [];
      const names = exportsOf(join(home, source));
      const origins = originsOf(join(home, source));
      const bare = new Set(names.map((each) => each.replace('type ', '')));
      const examples = sources.flatMap(([file, text]) =>
        examplesOf(text)
          .filter((example) => bare.has(example.name))
          .filter((example) => (origins.get(example.name) ?? file) === file)
          .map((example) => ({ ...example, file })),
      );
      return [{ specifier: `${name}${path.slice(1)}`, names, examples }];
    });
  });
}

/** The names that an index exports; such files contain only lists. */
function exportsOf(index: string): string[] {
  const text = readFileSync(index, 'utf8');
  const lists = [...text.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(
    ([, type = '', list = '']) =>
      list
        .split(',')
        .map((each) => each.trim().replace(/^(type )?.* as /, '$1'))
        .filter((each) => each !== '')
        .map((each) => (each.startsWith('type ') ? each : `${type}${each}`)),
  );
  const own = [
    ...text.matchAll(/^export (?:async )?(function|class|const|interface|type) (\w+)/gm),
  ].map(([, kind, name]) => (kind === 'interface' || kind === 'type' ? `type ${name}` : name!));
  const spaces = [...text.matchAll(/export \* as (\w+)/g)].map(([, name]) => name!);
  const stars = [...text.matchAll(/export \* from '(\..*)'/g)].flatMap(([, path]) =>
    exportsOf(join(dirname(index), path!)),
  );
  return [...new Set([...lists, ...own, ...spaces, ...stars])];
}

/**
 * The files behind an index's exports: two entry points of a package may use one name for two
 * things.
 */
function originsOf(index: string): Map<string, string> {
  const text = readFileSync(index, 'utf8');
  return new Map(
    [...text.matchAll(/export (?:type )?\{([^}]*)\} from '(\.[^']*)'/g)].flatMap(
      ([, list = '', path = '']) =>
        list
          .split(',')
          .map((each) => each.trim().replace(/^type /, ''))
          .filter((each) => each !== '' && !each.includes(' as '))
          .map((each) => [each, join(dirname(index), path)] as const),
    ),
  );
}

/** The examples of a file, each under the exported name that follows its comment or contains it. */
function examplesOf(text: string): { name: string; code: string }[] {
  const declaration =
    /^export (?:async |abstract )*(?:function|class|const|interface|type) (\w+)/gm;
  return [...text.matchAll(/( *)\/\*\*((?:(?!\*\/)[\s\S])*?@example[\s\S]*?)\*\//g)].flatMap(
    (match) => {
      const [all, indent = '', body = ''] = match;
      const after = text.slice(match.index + all.length);
      const before = text.slice(0, match.index);
      const name =
        indent === ''
          ? new RegExp(`^\\s*${declaration.source.slice(1)}`).exec(after)?.[1]
          : [...before.matchAll(declaration)].at(-1)?.[1];
      if (name === undefined) return [];
      const plain = body.replace(/^ *\* ?/gm, '');
      return plain
        .split(/^@example ?/m)
        .slice(1)
        .map((part) =>
          part
            .split(/^@\w+/m)[0]!
            .replace(/```\w*/g, '')
            .trim(),
        )
        .map((code) => ({ name, code }));
    },
  );
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
