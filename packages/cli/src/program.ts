import { Command } from 'commander';
import { version } from './version.ts';

type Load = () => Promise<{ readonly command: () => Command }>;

/** Every command, loaded when it is called: starting the tool costs what the command needs. */
const commands: Readonly<Record<string, Load>> = {
  inspect: () => import('./commands/inspect.ts'),
  plan: () => import('./commands/plan.ts'),
  apply: () => import('./commands/apply.ts'),
  swap: () => import('./commands/swap.ts'),
  remove: () => import('./commands/remove.ts'),
  check: () => import('./commands/check.ts'),
  diff: () => import('./commands/diff.ts'),
  validate: () => import('./commands/validate.ts'),
  restore: () => import('./commands/restore.ts'),
  eval: () => import('./commands/eval.ts'),
  convert: () => import('./commands/convert.ts'),
  train: () => import('./commands/train.ts'),
  'train sensor': () => import('./commands/train-sensor.ts'),
  'train preview': () => import('./commands/train-preview.ts'),
  'adapter init': () => import('./commands/adapter-init.ts'),
  'adapter import': () => import('./commands/adapter-import.ts'),
  'adapter info': () => import('./commands/adapter-info.ts'),
  'adapter list': () => import('./commands/adapter-list.ts'),
  'adapter pack': () => import('./commands/adapter-pack.ts'),
  'backbone build': () => import('./commands/backbone-build.ts'),
  'backbone import': () => import('./commands/backbone-import.ts'),
  'backbone list': () => import('./commands/backbone-list.ts'),
  doctor: () => import('./commands/doctor.ts'),
};

const groups: Readonly<Record<string, string>> = {
  adapter: 'make, import, list and pack adapters',
  backbone: 'build and import restoration networks as ONNX',
  train: 'train adapters and sensors, and look at what they see',
};

/** The `graft` program with the commands that `argv` may mean: one, or all of them for help. */
export async function program(argv: readonly string[] = []): Promise<Command> {
  const root = new Command('graft')
    .description('Grafts Prompt-In-Prompt modules onto image-restoration networks in ONNX.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    .showSuggestionAfterError();
  // Of `train` and `train sensor` the longer: its options are not those of the other.
  const wanted = [argv.slice(0, 2).join(' '), argv[0] ?? ''].find((name) =>
    Object.hasOwn(commands, name),
  );
  for (const [name, load] of Object.entries(commands)) {
    if (wanted !== undefined && name !== wanted) continue;
    const { command } = await load();
    const [group, leaf] = name.split(' ');
    if (leaf === undefined) root.addCommand(command());
    else parentOf(root, group!).addCommand(command());
  }
  return root;
}

function parentOf(root: Command, name: string): Command {
  const found = root.commands.find((command) => command.name() === name);
  if (found) return found;
  const group = new Command(name).description(groups[name] ?? '').helpCommand(false);
  root.addCommand(group);
  return group;
}
