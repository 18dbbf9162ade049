import { didYouMean } from '@pip-graft/graft';
import { Command } from 'commander';
import type { Annotation } from './annotation.ts';
import { failureOf, workingFolder } from './exit.ts';
import { localNames } from './local-names.ts';
import { printAnnotation, printJson, printMessage, printText, silenceOutput } from './print.ts';
import { Progress } from './progress.ts';

/** What a command found: plain data for `--json`, text for people, and the exit status. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  /** 0 unless a gate failed (1) or the device is missing (6). */
  readonly exit?: number;
}

/** A command with the options that all have, and examples in its help. */
export function define(name: string, summary: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(summary)
    .option('--json', 'print one machine-readable result on stdout')
    .option('--quiet', 'print nothing but results asked for')
    .option('--debug', 'print a stack trace with an error')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}

/**
 * Refuses an option that the command does not have before anything else is said of the command line:
 * a mistyped option explains why another is missing.
 *
 * @param args what follows the command's name
 */
export function checkOptions(command: Command, args: readonly string[]): void {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--') return;
    if (!/^-[^\d.]/.test(arg)) continue;
    const flag = arg.startsWith('--') ? arg.replace(/=.*$/s, '') : arg.slice(0, 2);
    const option = command.options.find(({ short, long }) => short === flag || long === flag);
    if (option === undefined) {
      if (flag === '-h' || flag === '--help') continue;
      const known = command.options.flatMap(({ long }) => long ?? []);
      command.error(`error: unknown option '${flag}'${didYouMean(flag, known)}`, {
        code: 'commander.unknownOption',
      });
    }
    const next = args[at + 1];
    const attached = arg !== flag;
    if (!attached && (option.required || (option.optional && next?.startsWith('-') === false)))
      at++;
  }
}

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
      annotate: (remark: Annotation) => {
        progress.clear();
        if (process.env['GITHUB_ACTIONS'] === 'true') printAnnotation(remark);
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

/** What a command sees of the world: where it runs, how to show that it is alive, when to stop. */
export interface Session {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Characters in a line of the terminal; undefined when stdout is none. */
  readonly columns: number | undefined;
  /**
   * Shows `done` of `total` on stderr once an operation takes longer than a second; with a unit, the
   * count and the time left too; then whatever else there is to say.
   */
  progress(label: string, done: number, total: number, unit?: string, detail?: string): void;
  /** A line for people, on stderr. */
  note(line: string): void;
  /** A remark beside a line of a file, where GitHub runs the command. */
  annotate(remark: Annotation): void;
}

export type Handler<Arguments extends unknown[], Options> = (
  session: Session,
  ...rest: [...Arguments, Options]
) => Promise<Result> | Result;
