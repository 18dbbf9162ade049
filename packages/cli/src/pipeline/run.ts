import type { Command } from 'commander';
import { failureOf, workingFolder } from './exit.ts';
import { localNames } from './local-names.ts';
import { printJson, printMessage, printText, silenceOutput } from './print.ts';
import { Progress } from './progress.ts';
import type { Handler } from './session.ts';

/** With the longest silence of {@link Progress} less than 15 seconds. */
const beatMs = 4000;

interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/**
 * The one pipeline behind every command: runs a handler, prints its result
 * (stdout: the JSON result, or the text; stderr: everything else) and sets the exit status.
 */
export function run<Arguments extends unknown[], Options>(handler: Handler<Arguments, Options>) {
  return async (...call: unknown[]): Promise<void> => {
    const command = call.at(-1) as Command;
    const options = command.optsWithGlobals() as Options & GlobalOptions;
    const args = call.slice(0, -2) as Arguments;
    const abort = new AbortController();
    const progress = new Progress(process.stderr, () => performance.now());
    const beat = options.quiet ? undefined : setInterval(() => progress.beat(), beatMs);
    beat?.unref();
    const interrupt = (): void => abort.abort();
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    const hangUp = (): void => {
      silenceOutput();
      interrupt();
    };
    process.once('SIGHUP', hangUp);
    const session = {
      cwd: '',
      signal: abort.signal,
      columns: process.stdout.columns,
      progress: (label: string, done: number, total: number, unit?: string, detail?: string) => {
        if (!options.quiet) progress.show(label, done, total, unit, detail);
      },
      note: (line: string) => {
        progress.clear();
        if (!options.quiet) printMessage(line);
      },
    };
    try {
      session.cwd = workingFolder();
      const local = await localNames(command, args, options, session);
      const result = await handler(session, ...(local.args as Arguments), local.options);
      progress.clear();
      if (options.json) printJson(result.json);
      else if (!options.quiet && result.text !== '') printText(result.text);
      process.exitCode = result.exit ?? 0;
    } catch (error) {
      progress.clear();
      report(error, command, options);
    } finally {
      clearInterval(beat);
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      process.off('SIGHUP', hangUp);
    }
  };
}

/** Prints a failure as a message, and as JSON on stdout when that was asked for. */
function report(error: unknown, command: Command, { json, debug }: GlobalOptions): void {
  const { code, message, exit } = failureOf(error);
  if (json) printJson({ error: { code, message } });
  printMessage(`${nameOf(command)}: ${message}`);
  if (debug && error instanceof Error) printMessage(error.stack ?? '');
  process.exitCode = exit;
}

/** A command as it is called: `graft adapter init`. */
export function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}
