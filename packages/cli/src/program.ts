import { Command } from 'commander';
import { commands, groups } from './commands/index.ts';
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
