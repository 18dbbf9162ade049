/** What is set on the page. */
export interface Setting {
  /** As the code names it: a package, a file or an address. */
  readonly model: string;
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

/** The same as on the page, as code: for Node, a page and the command line. */
export function snippets(setting: Setting): Snippet[] {
  const { image, model, strength, steered } = setting;
  const chosen = Object.entries(setting.weights).filter(([, weight]) => weight > 0);
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

const restorer = await Restorer.open('/model.onnx');
const restored = await restorer.restore(file${settings});
document.body.append(restored.toCanvas());`,
    },
    {
      title: 'Command',
      code: `npx graft restore ${shell(fileOf(model))} ${shell(image)} -o restored${steered ? flags.map((flag) => ` ${flag}`).join('') : ''}`,
    },
  ];
}

/** The command takes files; a package's model is one. */
function fileOf(model: string): string {
  return model.startsWith('@') ? `node_modules/${model}/model.onnx` : model;
}

function key(label: string): string {
  return /^[a-z]\w*$/i.test(label) ? label : quoted(label);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function shell(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
