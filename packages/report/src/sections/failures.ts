import type { Validation } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';

/** What failed and why, ahead of all else; nothing when nothing did. */
export function failures({ checks }: Validation): Html | undefined {
  const failed = checks.filter((check) => check.status === 'failed');
  if (failed.length === 0) return undefined;
  return html`<ul class="failures">${failed.map(
    ({ name, detail }) => html`<li><b>${name}</b> ${detail}</li>`,
  )}</ul>`;
}
