import { type Html, html } from './html.ts';

/** A name that may wrap after its slashes, dots and underscores, so that it is never cut into letters. */
export function breakable(text: string): Html {
  const parts = text.split(/(?<=[/\\_])(?=[^/\\_\s])|(?<=\.)(?=[a-z])/i);
  return html`${parts.map((part, at) => (at === 0 ? part : html`<wbr>${part}`))}`;
}
