const mostLength = 120;

/** A name from a file for a message: short, and without characters that act on a terminal. */
export function shownName(name: string): string {
  const plain = name.replace(/[^ -~]/g, '?');
  return plain.length > mostLength ? `${plain.slice(0, mostLength)}…` : plain;
}
