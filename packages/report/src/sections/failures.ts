import type { Validation } from '@pip-graft/validate';
import { quantity } from '../format.ts';
import { type Html, html } from '../html.ts';

/** The failed checks with their figures and reasons, one per line; undefined if none failed. */
export function failures({ checks }: Validation): Html | undefined {
  const failed = checks.filter((check) => check.status === 'failed');
  if (failed.length === 0) return undefined;
  return html`<ul class="failures">${failed.map(
    ({ name, detail, measured, limit, unit }) =>
      html`<li><b>${name}</b> ${
        unit === undefined
          ? undefined
          : html`${quantity(measured, unit)}; the limit is ${quantity(limit, unit)}. `
      }${detail}</li>`,
  )}</ul>`;
}
