import { type Command, CommanderError } from 'commander';
import { failureOf } from './exit.ts';
import { Progress } from './progress.ts';
import type { Handler } from './session.ts';

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
    const interrupt = (): void => abort.abort();
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    const session = {
      cwd: process.cwd(),
      signal: abort.signal,
      columns: process.stdout.columns,
      progress: (label: string, done: number, total: number, unit?: string, detail?: string) => {
        if (!options.quiet) progress.show(label, done, total, unit, detail);
      },
      note: (line: string) => {
        progress.clear();
        if (!options.quiet) process.stderr.write(`${line}\n`);
      },
    };
    try {
      const result = await handler(session, ...args, options);
      progress.clear();
      if (options.json) process.stdout.write(`${JSON.stringify(result.json, null, 2)}\n`);
      else if (!options.quiet && result.text !== '') process.stdout.write(`${result.text}\n`);
      process.exitCode = result.exit ?? 0;
    } catch (error) {
      progress.clear();
      report(error, command, options);
    } finally {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    }
  };
}

/** Prints a failure as one line, and as JSON on stdout when that was asked for. */
export function report(error: unknown, command: Command, options: GlobalOptions): void {
  const failure = failureOf(error);
  const name = command.parent ? `${nameOf(command)}` : 'graft';
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ error: { code: failure.code, message: failure.message } }, null, 2)}\n`,
    );
  }
  if (!(error instanceof CommanderError)) process.stderr.write(`${name}: ${failure.message}\n`);
  if (options.debug && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
  process.exitCode = failure.exit;
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}
