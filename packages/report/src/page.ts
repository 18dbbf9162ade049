import { createHash } from 'node:crypto';
import { Html, html } from './html.ts';
import {
  barsStyle,
  coloursStyle,
  curvesStyle,
  imagesStyle,
  ladderStyle,
  pageStyle,
  tablesStyle,
} from './styles/page.ts';
import { pageHead } from './text/report-heads.ts';

/** The style sheet of all pages. */
export const style = new Html(
  [coloursStyle, pageStyle, tablesStyle, barsStyle, imagesStyle, ladderStyle, curvesStyle]
    .map(({ text }) => text)
    .join(''),
);

/**
 * Puts the two images of each comparison on top of each other and lets the range input move the edge.
 * Without scripts they are side by side. The page's content security policy has the script's hash.
 */
export const sliderScript = new Html(`
for (const box of document.querySelectorAll('.compare')) {
  const range = box.querySelector('input');
  const show = () => {
    box.style.setProperty('--at', range.value + '%');
    range.setAttribute('aria-valuetext', range.value + ' % ' + range.dataset.before);
  };
  range.addEventListener('input', show);
  range.hidden = false;
  box.classList.add('live');
  show();
}
`);

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
  return html`${new Html(pageHead)} img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'${script && html`; script-src 'sha256-${digest(script)}'`}">
<title>${title}</title><style>${style}</style></head>
<body><header>${header}</header><main>${main}</main>
${footer && html`<footer>${footer}</footer>`}${script && html`<script>${script}</script>`}</body></html>
`.text;
}

function digest({ text }: Html): Html {
  // Base64 needs no escaping, and character references in a policy are valid anyway.
  return html`${createHash('sha256').update(text).digest('base64')}`;
}
