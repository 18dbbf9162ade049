import { type Command, CommanderError } from 'commander';
import { failureOf } from './pipeline/exit.ts';
import { guardOutput, printJson, printMessage } from './pipeline/print.ts';
import { nameOf } from './pipeline/run.ts';
import { program } from './program.ts';

/** Runs the command line. Sets the exit status; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  guardOutput();
  const root = await program(argv);
  for (const command of [root, ...descendants(root)]) {
    command
      .exitOverride()
      .showHelpAfterError('(--help shows how it is used)')
      .configureOutput({
        outputError: (text) => printMessage(text.replace(/^error:/, `${nameOf(command)}:`)),
      });
  }
  try {
    await root.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version leave by the same door, with 0.
    if (error.exitCode === 0 && error.code !== 'commander.help') return;
    const failure = failureOf(error);
    if (argv.includes('--json'))
      printJson({ error: { code: failure.code, message: failure.message } });
    process.exitCode = failure.exit;
  }
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
