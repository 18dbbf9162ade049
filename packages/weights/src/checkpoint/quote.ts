const longest = 100;

/** A file's own text for a message: on one line, without control characters, cut where it is long. */
export function quote(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return `'${JSON.stringify(cut).slice(1, -1)}'`;
}
