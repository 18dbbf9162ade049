import type { Validation } from '@pip-graft/validate';
import { badge } from '../badge.ts';
import { quantity } from '../format.ts';
import type { Html } from '../html.ts';
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
