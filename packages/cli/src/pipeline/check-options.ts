import { nearName } from '@pip-graft/onnx-graft';
import type { Command } from 'commander';

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
      const near = nearName(
        flag,
        command.options.flatMap(({ long }) => long ?? []),
      );
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      command.error(`error: unknown option '${flag}'${meant}`, { code: 'commander.unknownOption' });
    }
    const next = args[at + 1];
    const attached = arg !== flag;
    if (!attached && (option.required || (option.optional && next?.startsWith('-') === false)))
      at++;
  }
}
