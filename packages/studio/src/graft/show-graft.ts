import { byId } from '../by-id.ts';
import type { Grafted } from './graft-request.ts';

/** Shows what was found of an adapter: the network as a ladder, the checks, the facts. */
export function showGraft({ ladders, checks, facts }: Grafted): void {
  const drawing = document.createElement('div');
  drawing.className = 'drawing';
  drawing.tabIndex = 0;
  // The drawing escapes every text that it shows.
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
