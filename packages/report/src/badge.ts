import type { VerdictStatus } from '@pip-graft/validate';
import { type Html, html } from './html.ts';

const marks: Readonly<Record<VerdictStatus, string>> = { passed: '✓', failed: '✗', skipped: '–' };

/** A status as a mark and a word, never as colour alone. */
export function badge(status: VerdictStatus, word: string = status): Html {
  return html`<span class="badge ${status}"><span aria-hidden="true">${marks[status]}</span> ${word}</span>`;
}

/** Whether an adapter is trained, with a badge if it is not. */
export function training(trained: boolean | null): Html {
  if (trained === null) return html`–`;
  return trained ? html`trained` : html`<span class="badge untrained">untrained</span>`;
}
