import type { Validation } from '@pip-graft/validate';
import { type Html, html } from '../html.ts';

/** The failed checks with their reasons, first of all; undefined if none failed. */
export function failures({ checks }: Validation): Html | undefined {
  const failed = checks.filter((check) => check.status === 'failed');
  if (failed.length === 0) return undefined;
  return html`<ul class="failures">${failed.map(
    ({ name, detail }) => html`<li><b>${name}</b> ${detail}</li>`,
  )}</ul>`;
}
