import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { encodeText } from '../wire/text.ts';
import { type ProcessMark, processMark } from './process-mark.ts';

/** Longest file name that file systems allow, in bytes. */
const nameBytes = 255;
/** Room for the suffix after the target's name. */
const suffixBytes = 64;

/**
 * Purpose of a temporary name: `tmp` is incomplete, `new` is complete and about to take its place
 * with the others of its write, `old` is what one of them replaces.
 */
export type TemporaryKind = 'tmp' | 'new' | 'old';

/** Contents of a temporary name. */
export interface TemporaryName {
  /** The target's name, truncated if too long. */
  readonly target: string;
  readonly kind: TemporaryKind;
  /** Id shared by the files of one write. */
  readonly write: string;
  /** Undefined for a name with only a process id. */
  readonly mark: ProcessMark | undefined;
  readonly pid: number;
}

/** A random name for one write: two never share one, whatever process ids the system reuses. */
export function newWrite(): string {
  const { pid, born, machine } = processMark();
  return `${pid}-${born}-${machine}-${randomBytes(6).toString('hex')}`;
}

/** Path beside the target: `.TARGET.PID-BORN-MACHINE-RANDOM.tmp`, no longer than a name may be. */
export function temporaryPath(
  target: string,
  write: string = newWrite(),
  kind: TemporaryKind = 'tmp',
): string {
  return join(dirname(target), `.${cutName(basename(target))}.${write}.${kind}`);
}

const form =
  /^\.(?<target>.+)\.(?<write>(?<pid>\d{1,10})(?:-(?<born>[0-9a-z]{1,12})-(?<machine>[0-9a-f]{8})-[0-9a-f]{12}|-\d+)?)\.(?<kind>tmp|new|old)$/s;

/** Parses a name of that form, or one with only a process id; undefined for any other name. */
export function parseTemporaryName(name: string): TemporaryName | undefined {
  const found = form.exec(name)?.groups;
  if (!found) return undefined;
  const { target = '', write = '', born, machine, kind } = found;
  const pid = Number(found['pid']);
  const mark = born === undefined || machine === undefined ? undefined : { pid, born, machine };
  return { target, write, mark, pid, kind: kind as TemporaryKind };
}

/** A target's name as temporary names contain it. */
export function cutName(name: string): string {
  const most = nameBytes - suffixBytes;
  if (encodeText(name).length <= most) return name;
  let cut = '';
  let bytes = 0;
  for (const char of name) {
    bytes += encodeText(char).length;
    if (bytes > most) break;
    cut += char;
  }
  return cut;
}
