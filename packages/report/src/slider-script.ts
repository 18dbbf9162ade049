import { Html } from './html.ts';

/**
 * Lays the two images of each comparison over each other and lets its range input move the edge.
 * Without it, as where scripts are off, they stand side by side. Its hash is in the page's policy.
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
