import type { Validation } from '@pip-graft/validate';
import { quantity } from '../format.ts';
import { badge, type Html, html } from '../html.ts';
import { table } from '../table.ts';

/** All checks with their figures; failures first, then in the order they ran. */
export function checksTable({ checks }: Validation): Html {
  const failed = checks.filter((check) => check.status === 'failed');
  const others = checks.filter((check) => check.status !== 'failed');
  return table(
    'Validation checks',
    [
      { head: 'Check', cell: ({ name }) => name },
      { head: 'Result', cell: ({ status }) => badge(status) },
      { head: 'Measured', cell: ({ measured, unit }) => quantity(measured, unit), kind: 'figure' },
      { head: 'Limit', cell: ({ limit, unit }) => quantity(limit, unit), kind: 'figure' },
      { head: 'What was compared', cell: ({ detail }) => detail, kind: 'prose' },
    ],
    [...failed, ...others],
  );
}

/** The failed checks with their figures and reasons, one per line; if nothing could be judged, why. */
export function failures({ status, checks }: Validation): Html | undefined {
  const shown = status === 'skipped' ? 'skipped' : 'failed';
  const list = checks.filter((check) => check.status === shown);
  if (list.length === 0) return undefined;
  return html`<ul class="failures ${shown}">${list.map(
    ({ name, detail, measured, limit, unit }) =>
      html`<li><b>${name}</b> ${
        unit === undefined
          ? undefined
          : html`${quantity(measured, unit)}; the limit is ${quantity(limit, unit)}. `
      }${detail}</li>`,
  )}</ul>`;
}
