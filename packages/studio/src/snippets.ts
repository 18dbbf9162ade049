import { byId } from './dom.ts';

/** The model of the page. */
export interface ModelSetting {
  /** Name of the model in code: a package, a file or an address. */
  readonly name: string;
  /** For a model grafted in the page: what it was made from. */
  readonly from?: {
    readonly model: string;
    /** Whether the model had a graft before. */
    readonly was: 'host' | 'grafted';
    readonly adapter: string;
    readonly hasSensor?: boolean;
  };
}

/** Settings of the page. */
export interface CodeSetting {
  readonly model: ModelSetting;
  readonly image: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly strength: number;
  /** Whether the model takes weights. */
  readonly steered: boolean;
}

export interface Snippet {
  readonly title: string;
  readonly code: string;
}

/** Returns code that does the same as the page: for Node, a page and the command line. */
export function snippets(setting: CodeSetting): Snippet[] {
  const { image, strength, steered } = setting;
  const { from } = setting.model;
  const model = from ? 'grafted.onnx' : setting.model.name;
  const graft = from
    ? `npx graft ${from.was === 'host' ? 'apply' : 'swap'} ${shell(from.model)} --adapter ${shell(from.adapter)}${from.hasSensor ? ' --auto' : ''} -o grafted.onnx\n`
    : '';
  const asked = Object.entries(setting.weights);
  const above = asked.filter(([, weight]) => weight > 0);
  // Weights of zero mean the host's output; without weights, the sensor would decide.
  const chosen = above.length > 0 ? above : asked.slice(0, 1);
  const weights = chosen.map(([label, weight]) => `${key(label)}: ${weight}`).join(', ');
  const blind = chosen.length === 0 ? 'undefined' : `{ ${weights} }`;
  const options = strength === 1 ? '' : `, { strength: ${strength} }`;
  const settings =
    !steered || (blind === 'undefined' && options === '') ? '' : `, ${blind}${options}`;
  const restored = `restored-${image.replace(/\.\w+$/, '')}.png`;
  const flags = [
    ...(chosen.length === 0
      ? []
      : [`--degradation ${chosen.map((pair) => pair.join('=')).join(',')}`]),
    ...(strength === 1 ? [] : [`--strength ${strength}`]),
  ];
  return [
    {
      title: 'Node',
      code: `import { Restorer } from '@pip-graft/restore';

const restorer = await Restorer.open(${quoted(model)});
const restored = await restorer.restore(${quoted(image)}${settings});
await restored.save(${quoted(restored)});`,
    },
    {
      title: 'Page',
      code: `import { Restorer } from '@pip-graft/restore';

const restorer = await Restorer.open(${quoted(pageUrl(model))});
const restored = await restorer.restore(file${settings});
document.body.append(restored.toCanvas());`,
    },
    {
      title: 'Command',
      code: `${graft}npx graft restore ${shell(model)} ${shell(image)} -o restored${steered ? flags.map((flag) => ` ${flag}`).join('') : ''}`,
    },
  ];
}

/** A page has no packages and no folders: it fetches a file from its site. */
function pageUrl(model: string): string {
  const file = /[^/\\]+\.onnx$/.exec(model)?.[0] ?? 'model.onnx';
  return `/${encodeURIComponent(file)}`;
}

function key(label: string): string {
  return /^[a-z]\w*$/i.test(label) ? label : quoted(label);
}

function quoted(text: string): string {
  // JSON escapes line breaks as JavaScript does.
  const inside = JSON.stringify(text).slice(1, -1);
  return `'${inside.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function shell(text: string): string {
  // Not an option.
  const path = text.startsWith('-') ? `./${text}` : text;
  return /^[\w./@:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

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
      const heading = document.createElement('h2');
      heading.append(title, button);
      const text = document.createElement('pre');
      text.tabIndex = 0;
      text.textContent = code;
      box.append(heading, text);
      return box;
    }),
  );
}
