import { findNodeAtLocation, parseTree } from 'jsonc-parser';

/** A path in a config, such as `['jobs', 0, 'gates']`. */
export type ConfigPath = readonly (string | number)[];

/** Returns the line of a path, from 1; for a missing path, that of its nearest parent. */
export type LineOf = (path: ConfigPath) => number | undefined;

/** Finds the lines of a config: of all paths in JSON; in code only of the jobs, by their names. */
export function configLines(text: string, isJson: boolean, names: readonly string[]): LineOf {
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  if (!isJson)
    return ([, job]) => {
      const name = typeof job === 'number' ? names[job] : undefined;
      const at = name === undefined ? -1 : text.search(nameIn(name));
      return at < 0 ? undefined : lineAt(at);
    };
  const tree = parseTree(text);
  return (path) => {
    for (let length = path.length; tree !== undefined && length >= 0; length--) {
      const node = findNodeAtLocation(tree, path.slice(0, length));
      // The line of the key, not of a value below it.
      if (node) return lineAt((node.parent?.type === 'property' ? node.parent : node).offset);
    }
    return undefined;
  };
}

/** Pattern for a job's name in code. */
function nameIn(name: string): RegExp {
  return new RegExp(`\\bname['"]?\\s*:\\s*(['"\`])${name.replace(/[.\\-]/g, '\\$&')}\\1`);
}
