import { type Command, CommanderError } from 'commander';
import { checkOptions } from './pipeline/check-options.ts';
import { failureOf } from './pipeline/exit.ts';
import { printJson, printMessage } from './pipeline/print.ts';
import { nameOf } from './pipeline/run.ts';
import { helpStyles } from './pipeline/style-help.ts';
import { calledName, program } from './program.ts';

/** Runs the command that a command line calls, or says how it is to be called. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const name = calledName(argv);
  const root = await program(name === undefined ? [] : [name]);
  for (const command of [root, ...descendants(root)]) {
    command
      .exitOverride()
      .configureHelp(helpStyles)
      .showHelpAfterError(`Run \`${nameOf(command)} --help\` to see how it is used.`)
      .configureOutput({
        outputError: (text) => printMessage(text.replace(/^error:/, `${nameOf(command)}:`)),
      });
  }
  try {
    if (name !== undefined) checkOptions(commandOf(root, name), argv.slice(name.split(' ').length));
    await root.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help leaves by the same door, with 0.
    if (error.exitCode === 0 && error.code !== 'commander.help') return;
    const { code, message, exit } = failureOf(error);
    if (argv.includes('--json')) printJson({ error: { code, message } });
    process.exitCode = exit;
  }
}

function commandOf(root: Command, name: string): Command {
  return name
    .split(' ')
    .reduce((command, part) => command.commands.find((child) => child.name() === part)!, root);
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
