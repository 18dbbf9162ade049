import { Command } from 'commander';
import { version } from './version.ts';

/**
 * Creates the `graft` program. The `wanted` commands are complete; the others have only their name
 * and a short description, for lists.
 */
export async function program(wanted: readonly string[] = Object.keys(commands)): Promise<Command> {
  const root = new Command('graft')
    .description('Grafts Prompt-In-Prompt modules onto image-restoration networks in ONNX.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'show how a command is used');
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const leaf = name.split(' ').at(-1)!;
    const command = wanted.includes(name)
      ? (await load()).command()
      : new Command(leaf).description(summary);
    parentOf(root, name).addCommand(command.summary(summary));
  }
  root.addCommand(new Command('version').description('print the version'));
  return root;
}

/** Name of the called command, the longest match; undefined for help and similar. */
export function calledName(argv: readonly string[]): string | undefined {
  return [argv.slice(0, 2).join(' '), argv[0] ?? ''].find((name) => Object.hasOwn(commands, name));
}

function parentOf(root: Command, name: string): Command {
  const [group, leaf] = name.split(' ');
  if (leaf === undefined) return root;
  const found = root.commands.find((command) => command.name() === group);
  if (found) return found;
  const made = new Command(group).description(groups[group!] ?? '').helpCommand(false);
  root.addCommand(made);
  return made;
}

export interface Listed {
  /** Short description for lists of commands; the command's own help says more. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: () => Command }>;
}

/** All commands, each loaded when it is called, so that starting the tool stays fast. */
const commands: Readonly<Record<string, Listed>> = {
  inspect: {
    summary: 'show a model and its skip connections',
    load: () => import('./commands/inspect.ts'),
  },
  plan: {
    summary: 'show what a graft would do and cost',
    load: () => import('./commands/plan.ts'),
  },
  apply: { summary: 'graft adapters onto a host', load: () => import('./commands/apply.ts') },
  swap: { summary: 'replace the adapters of a graft', load: () => import('./commands/swap.ts') },
  remove: { summary: 'remove a graft', load: () => import('./commands/remove.ts') },
  check: {
    summary: 'check a model file without running it',
    load: () => import('./commands/check.ts'),
  },
  diff: { summary: 'compare two model files', load: () => import('./commands/diff.ts') },
  validate: {
    summary: 'check a grafted model by running it',
    load: () => import('./commands/validate.ts'),
  },
  restore: { summary: 'restore images', load: () => import('./commands/restore.ts') },
  studio: {
    summary: 'restore images by hand, in a page',
    load: () => import('./commands/studio.ts'),
  },
  eval: { summary: 'measure PSNR and SSIM', load: () => import('./commands/eval.ts') },
  convert: {
    summary: 'run the jobs of a graft.config.json',
    load: () => import('./commands/convert.ts'),
  },
  'merge-reports': {
    summary: 'join what shards of a run wrote',
    load: () => import('./commands/merge-reports.ts'),
  },
  train: {
    summary: 'train an adapter on a frozen host',
    load: () => import('./commands/train.ts'),
  },
  'train sensor': {
    summary: 'train a sensor, which finds the degradation of an image',
    load: () => import('./commands/train-sensor.ts'),
  },
  'train preview': {
    summary: 'show the patches that training sees',
    load: () => import('./commands/train-preview.ts'),
  },
  'adapter init': {
    summary: 'make an untrained adapter',
    load: () => import('./commands/adapter-init.ts'),
  },
  'adapter import': {
    summary: 'make an adapter from a PyTorch checkpoint',
    load: () => import('./commands/adapter-import.ts'),
  },
  'adapter info': { summary: 'show an adapter', load: () => import('./commands/adapter-info.ts') },
  'adapter list': {
    summary: 'list installed adapters',
    load: () => import('./commands/adapter-list.ts'),
  },
  'adapter pack': {
    summary: 'make an npm package of an adapter',
    load: () => import('./commands/adapter-pack.ts'),
  },
  'adapter push': {
    summary: 'upload an adapter to a model hub',
    load: () => import('./commands/adapter-push.ts'),
  },
  'backbone build': {
    summary: 'build a restoration network',
    load: () => import('./commands/backbone-build.ts'),
  },
  'backbone import': {
    summary: 'make an ONNX file from a PyTorch checkpoint',
    load: () => import('./commands/backbone-import.ts'),
  },
  'backbone list': {
    summary: 'list the networks that can be built',
    load: () => import('./commands/backbone-list.ts'),
  },
  'export triton': {
    summary: 'write a model for a Triton server',
    load: () => import('./commands/export-triton.ts'),
  },
  doctor: {
    summary: 'show what works on this machine',
    load: () => import('./commands/doctor.ts'),
  },
  completion: {
    summary: 'print a completion script for a shell',
    load: () => import('./commands/completion.ts'),
  },
};

/** Commands that only group others. */
const groups: Readonly<Record<string, string>> = {
  adapter: 'make, import, list, pack and push adapters',
  backbone: 'build and import restoration networks as ONNX',
  export: 'write models in the layout of a server',
};
