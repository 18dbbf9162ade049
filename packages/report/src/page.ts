import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';
import { style } from './style.ts';

/** The parts of a page; all pages share one style and one content security policy. */
export interface PageParts {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  readonly footer?: Html | undefined;
  /** The only script allowed to run; default: none. */
  readonly script?: Html;
}

/** A self-contained HTML page: no other files, no network, printable. */
export function page({ title, header, main, footer, script }: PageParts): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'${script && html`; script-src 'sha256-${digest(script)}'`}">
<title>${title}</title><style>${style}</style></head>
<body><header>${header}</header><main>${main}</main>
${footer && html`<footer>${footer}</footer>`}${script && html`<script>${script}</script>`}</body></html>
`.text;
}

function digest({ text }: Html): Html {
  // Base64 needs no escaping, and character references in a policy are valid anyway.
  return html`${createHash('sha256').update(text).digest('base64')}`;
}
