import { exactArguments } from './pipeline/exact-arguments.ts';
import { guardOutput, printText } from './pipeline/print.ts';
import { version } from './version.ts';

/** Runs the command line and sets the exit status. Throws only if a command cannot be loaded. */
export async function main(argv: readonly string[]): Promise<void> {
  guardOutput();
  // Print the version without loading anything else, because scripts request it often.
  if (argv.length === 1 && ['--version', '-V', 'version'].includes(argv[0]!)) {
    printText(version);
    return;
  }
  const { runCommand } = await import('./run-command.ts');
  const words = exactArguments(argv);
  await runCommand(words[0] === 'help' ? [...words.slice(1), '--help'] : words);
}
