import { byId } from './by-id.ts';
import { type CodeSetting, snippets } from './snippets.ts';

/** Shows the settings as code, each with a button that copies it. */
export function showCode(setting: CodeSetting): void {
  byId('code').hidden = false;
  byId('snippets').replaceChildren(
    ...snippets(setting).map(({ title, code }) => {
      const box = document.createElement('div');
      box.className = 'snippet';
      const button = Object.assign(document.createElement('button'), {
        type: 'button',
        textContent: 'Copy',
      });
      button.setAttribute('aria-label', `Copy: ${title}`);
      button.addEventListener('click', async () => {
        try {
          await navigator.clipboard.writeText(code);
          button.textContent = 'Copied';
        } catch {
          // Without the permission, or outside of a secure context.
          getSelection()?.selectAllChildren(text);
          button.textContent = 'Selected: press Ctrl+C';
        }
      });
      const heading = document.createElement('h3');
      heading.append(title, button);
      const text = document.createElement('pre');
      text.tabIndex = 0;
      text.textContent = code;
      box.append(heading, text);
      return box;
    }),
  );
}
