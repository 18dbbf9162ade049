import type { Node } from './model.ts';

/** How a node is called in messages. */
export function nodePlace({ name, index, opType }: Node, within = ''): string {
  return `${within}node ${name === '' ? `#${index}` : `'${name}'`} (${opType})`;
}
