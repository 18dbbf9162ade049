import { byId } from '../dom.ts';
import type { Grafted, GraftRequest } from './graft-request.ts';
import type { GraftAnswer } from './graft-worker.ts';

/** Shows what was found: the network as a ladder, the checks, the facts. */
export function showGraft({ ladders, checks, facts }: Grafted): void {
  const drawing = document.createElement('div');
  drawing.className = 'drawing';
  drawing.tabIndex = 0;
  // The drawing escapes all its text.
  drawing.innerHTML = ladders.join('');
  const list = document.createElement('ul');
  list.className = 'checks';
  for (const { passed, text } of checks) {
    const item = document.createElement('li');
    item.className = passed ? 'passed' : 'failed';
    const sign = Object.assign(document.createElement('b'), { textContent: passed ? '✓' : '✗' });
    sign.setAttribute('role', 'img');
    sign.ariaLabel = passed ? 'passed' : 'not passed';
    item.append(sign, text);
    list.append(item);
  }
  const terms = document.createElement('dl');
  for (const [label, value] of facts) {
    terms.append(
      Object.assign(document.createElement('dt'), { textContent: label }),
      Object.assign(document.createElement('dd'), { textContent: value }),
    );
  }
  byId('graft-found').replaceChildren(...(ladders.length > 0 ? [drawing] : []), list, terms);
  byId<HTMLDetailsElement>('graft-details').hidden = false;
  byId<HTMLDetailsElement>('graft-details').open = true;
}

/** Grafts in a worker, so that the page does not freeze. Errors: a plain Error. */
export async function graftFolder(request: GraftRequest): Promise<Grafted> {
  const worker = new Worker(new URL('./graft-worker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await new Promise<GraftAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<GraftAnswer>) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message || 'The page lacks a script.'));
      worker.postMessage(request);
    });
    if ('error' in answer) throw new Error(answer.error);
    return answer.grafted;
  } finally {
    worker.terminate();
  }
}
