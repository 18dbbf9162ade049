import { own } from '@pip-graft/graft';
import {
  findNodeAtLocation,
  getNodePath,
  type Node,
  type ParseError,
  parse,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** A path in a config, such as `['jobs', 0, 'gates']`. */
export type ConfigPath = readonly (string | number)[];

/** Returns the line of a path, from 1; for a missing path, that of its nearest parent. */
export type LineOf = (path: ConfigPath) => number | undefined;

/** A key of an object that has it twice, with the line of the second. */
export interface RepeatedKey {
  readonly path: ConfigPath;
  readonly line: number;
}

/** Keys that an object of a JSON text has twice: JSON.parse keeps the last without a word. */
export function repeatedKeys(text: string): RepeatedKey[] {
  const found: RepeatedKey[] = [];
  const open: (Node | undefined)[] = [parseTree(text)];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const keys = new Set<string>();
    for (const child of node.children ?? []) {
      const [key, value] = child.children ?? [];
      if (child.type !== 'property') open.push(child);
      else if (key !== undefined) {
        if (keys.has(key.value))
          found.push({ path: getNodePath(key), line: lineAt(text, key.offset) });
        keys.add(key.value);
        if (value !== undefined) open.push(value);
      }
    }
  }
  return found.sort((one, other) => one.line - other.line);
}

/** What is wrong where a text stops being JSON, by the names of jsonc-parser. */
const faults: Readonly<Record<string, string>> = {
  InvalidCommentToken: 'it has no comments',
  PropertyNameExpected: 'a name in double quotes is expected, and no comma before }',
  ValueExpected: 'a value is expected, and no comma before ]',
  ColonExpected: "':' is expected",
  CommaExpected: "',' is expected",
  CloseBraceExpected: "'}' is expected",
  CloseBracketExpected: "']' is expected",
  EndOfFileExpected: 'its end is expected',
  UnexpectedEndOfString: 'a text has no end',
};

/** Where a text stops being JSON, and why; undefined if the parser finds nothing wrong. */
export function whyNotJson(
  text: string,
): { readonly line: number; readonly why: string } | undefined {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  const [first] = errors;
  if (first === undefined) return undefined;
  const name = printParseErrorCode(first.error);
  return {
    line: lineAt(text, first.offset),
    why: own(faults, name) ?? 'a name, a number or a text is not as JSON writes it',
  };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Finds the lines of a config: of all paths in JSON; in code only of the jobs, by their names. */
export function configLines(text: string, isJson: boolean, names: readonly string[]): LineOf {
  if (!isJson)
    return ([, job]) => {
      const name = typeof job === 'number' ? names[job] : undefined;
      const at = name === undefined ? -1 : text.search(nameIn(name));
      return at < 0 ? undefined : lineAt(text, at);
    };
  const tree = parseTree(text);
  return (path) => {
    for (let length = path.length; tree !== undefined && length >= 0; length--) {
      const node = findNodeAtLocation(tree, path.slice(0, length));
      // The line of the key, not of a value below it.
      if (node) {
        return lineAt(text, (node.parent?.type === 'property' ? node.parent : node).offset);
      }
    }
    return undefined;
  };
}

/** Pattern for a job's name in code. */
function nameIn(name: string): RegExp {
  return new RegExp(`\\bname['"]?\\s*:\\s*(['"\`])${name.replace(/[.\\-]/g, '\\$&')}\\1`);
}
