import { Html } from './html.ts';

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
