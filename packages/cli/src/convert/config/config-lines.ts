import { findNodeAtLocation, parseTree } from 'jsonc-parser';

/** A place in a config, as `['jobs', 0, 'gates']`. */
export type ConfigPath = readonly (string | number)[];

/** The line of a place, counted from 1; of what is around it, if it is not there itself. */
export type LineOf = (path: ConfigPath) => number | undefined;

/** Where the places of a config are: in JSON all of them, in code the jobs, by their names. */
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
      // The key's line, not that of a value below it.
      if (node) return lineAt((node.parent?.type === 'property' ? node.parent : node).offset);
    }
    return undefined;
  };
}

/** A job's name, as code writes it. */
function nameIn(name: string): RegExp {
  return new RegExp(`\\bname['"]?\\s*:\\s*(['"\`])${name.replace(/[.\\-]/g, '\\$&')}\\1`);
}
