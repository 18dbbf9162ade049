import { didYouMean } from '@pip-graft/graft';
import { type Command, CommanderError } from 'commander';
import { failureOf } from './pipeline/exit.ts';
import { helpStyles, printJson, printMessage } from './pipeline/print.ts';
import { checkOptions, nameOf } from './pipeline/run.ts';
import { calledName, program } from './program.ts';

/** Runs the command that a command line calls, or explains its usage. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const name = calledName(argv);
  // Completion needs the options of every command.
  const wanted = name === undefined ? [] : name === 'completion' ? undefined : [name];
  const root = await program(wanted);
  for (const command of [root, ...descendants(root)]) {
    command
      .exitOverride()
      .configureHelp(helpStyles)
      .showHelpAfterError(`Run \`${nameOf(command)} --help\` to see how it is used.`)
      .configureOutput({
        outputError: (text) =>
          printMessage(withChoice(text).replace(/^error:/, `${nameOf(command)}:`)),
      });
  }
  try {
    if (name === undefined) checkWords(root, argv);
    else checkOptions(commandOf(root, name), argv.slice(name.split(' ').length));
    await root.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help also ends here, with 0.
    if (error.exitCode === 0 && error.code !== 'commander.help') return;
    const { code, message, exit } = failureOf(error);
    if (argv.includes('--json')) printJson({ error: { code, message: withChoice(message) } });
    process.exitCode = exit;
  }
}

/** Rejects an unknown command even if its help is requested, which commander shows for any word. */
function checkWords(root: Command, argv: readonly string[]): void {
  if (!argv.some((word) => word === '--help' || word === '-h') || argv[0] === 'help') return;
  let at = root;
  for (const word of argv) {
    if (word.startsWith('-') || at.commands.length === 0) return;
    const names = at.commands.map((command) => command.name());
    const next = names.indexOf(word);
    if (next === -1)
      at.error(`error: unknown command '${word}'${didYouMean(word, names)}`, {
        code: 'commander.unknownCommand',
      });
    at = at.commands[next]!;
  }
}

/** Adds the nearest allowed choice to a message that lists the choices. */
function withChoice(message: string): string {
  const found = /'([^']*)' (?:for argument .* )?is invalid.*Allowed choices are (.*)\.$/s.exec(
    message.trimEnd(),
  );
  if (!found) return message;
  const choices = found[2]!.split(', ');
  return `${message.trimEnd().replace(/\.$/, '')}${didYouMean(found[1]!, choices)}`;
}

function commandOf(root: Command, name: string): Command {
  return name
    .split(' ')
    .reduce((command, part) => command.commands.find((child) => child.name() === part)!, root);
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
