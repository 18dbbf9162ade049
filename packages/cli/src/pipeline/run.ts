import { didYouMean, GraftError } from '@pip-graft/graft';
import { Command } from 'commander';
import { failureOf, workingFolder } from './exit.ts';
import { localNames } from './local-names.ts';
import {
  type Annotation,
  printAnnotation,
  printJson,
  printMessage,
  printText,
  silenceOutput,
} from './print.ts';
import { Progress } from './progress.ts';
import type { Session } from './session.ts';

/** A command's result: plain data for `--json`, text for people, and the exit status. */
export interface Result {
  readonly json: unknown;
  readonly text: string;
  /** Whether the text is what the command is for: then `--quiet` prints it too. */
  readonly isAnswer?: boolean;
  /** Why it failed, for people: printed on stderr with `--quiet`; default: the text. */
  readonly failure?: string | undefined;
  /** 0 unless a gate failed (1) or the device is missing (6). */
  readonly exit?: number;
  /** Goes on after the result is printed, as a server does. */
  readonly goOn?: () => Promise<void>;
}

/** Creates a command with the common options, and examples in its help. */
export function define(name: string, summary: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(summary)
    .option('--json', 'print one machine-readable result on stdout')
    .option('--quiet', 'print only failures, and what the command is asked for')
    .option('--debug', 'print a stack trace with an error')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}

/**
 * Rejects unknown options before other errors of the command line: a mistyped option explains why
 * another is missing.
 *
 * @param args arguments after the command's name
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

/** Interval that, with the longest silence of {@link Progress}, stays below 15 seconds. */
const beatMs = 4000;

interface GlobalOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/**
 * Returns the action of a command: it runs the handler, prints its result (the JSON or the text on
 * stdout, everything else on stderr) and sets the exit status.
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
      requireNames(command, args);
      const local = await localNames(command, args, options, session);
      const result = await handler(session, ...(local.args as Arguments), local.options);
      progress.clear();
      if (options.json) printJson(result.json);
      else if ((!options.quiet || result.isAnswer) && result.text !== '') printText(result.text);
      // Quiet is about what went well.
      const failure = result.failure ?? (result.exit && !result.isAnswer ? result.text : '');
      if (options.quiet && failure) printMessage(`${nameOf(command)}: ${failure}`);
      await result.goOn?.();
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

/** Rejects an empty argument, as an unset variable of a script gives. */
function requireNames(command: Command, args: readonly unknown[]): void {
  for (const [index, value] of args.entries()) {
    if (value !== '') continue;
    const name = command.registeredArguments[index]?.name() ?? 'argument';
    throw new GraftError('INVALID_ARGUMENT', `<${name}>: it is empty; name a file or folder.`);
  }
}

/** Prints a failure as a message, and with `--json` also as JSON on stdout. */
function report(error: unknown, command: Command, { json, debug }: GlobalOptions): void {
  const { code, message, exit } = failureOf(error);
  if (json) printJson({ error: { code, message } });
  printMessage(`${nameOf(command)}: ${message}`);
  if (debug && error instanceof Error) printMessage(error.stack ?? '');
  process.exitCode = exit;
}

/** Full name of a command, such as `graft adapter init`. */
export function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

export type Handler<Arguments extends unknown[], Options> = (
  session: Session,
  ...rest: [...Arguments, Options]
) => Promise<Result> | Result;
