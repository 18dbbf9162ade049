import { Command } from 'commander';

/** A command with the options that all have, and examples in its help. */
export function define(name: string, summary: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(summary)
    .option('--json', 'print one machine-readable result on stdout')
    .option('--quiet', 'print nothing but results asked for')
    .option('--debug', 'print a stack trace with an error')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}
