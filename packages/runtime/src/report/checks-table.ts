import type { Validation, Verdict, VerdictStatus } from '../validate/verdict.ts';
import { number } from './format.ts';
import { type Html, html } from './html.ts';

const marks: Readonly<Record<VerdictStatus, string>> = { passed: '✓', failed: '✗', skipped: '–' };

/** A status as a mark and a word, never by colour alone. */
export function badge(status: VerdictStatus): Html {
  return html`<span class="badge ${status}"><span aria-hidden="true">${marks[status]}</span> ${status}</span>`;
}

/** Every check with its figure; failures first, then in the order they ran. */
export function checksTable({ checks }: Validation): Html {
  const failed = checks.filter((check) => check.status === 'failed');
  const others = checks.filter((check) => check.status !== 'failed');
  return html`<div class="scroll"><table class="checks">
<thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col" class="figure">Measured</th><th scope="col" class="figure">Limit</th><th scope="col">What was compared</th></tr></thead>
<tbody>${[...failed, ...others].map(row)}</tbody></table></div>`;
}

function row({ name, status, measured, limit, detail }: Verdict): Html {
  return html`<tr><th scope="row">${name}</th><td>${badge(status)}</td><td class="figure">${number(measured)}</td><td class="figure">${number(limit)}</td><td>${detail}</td></tr>
`;
}
