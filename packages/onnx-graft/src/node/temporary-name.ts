import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { encodeText } from '../wire/text.ts';
import { type ProcessMark, processMark } from './process-mark.ts';

/** Longest name that file systems allow, in bytes. */
const nameBytes = 255;
/** Room for what comes after the target's name. */
const suffixBytes = 64;

/**
 * What a temporary name is for: `tmp` is not yet whole, `new` is whole and about to take its place with
 * the others of its write, `old` is what was in the place of one of them.
 */
export type TemporaryKind = 'tmp' | 'new' | 'old';

/** What a temporary name says. */
export interface TemporaryName {
  /** The target's name; its start if that is too long. */
  readonly target: string;
  readonly kind: TemporaryKind;
  /** The write it belongs to: files of one write share it. */
  readonly write: string;
  /** Undefined for a name with nothing but the id of a process. */
  readonly mark: ProcessMark | undefined;
  readonly pid: number;
}

/** The name of one write, random: two never share one, whatever process ids the system reuses. */
export function newWrite(): string {
  const { pid, born, machine } = processMark();
  return `${pid}-${born}-${machine}-${randomBytes(6).toString('hex')}`;
}

/**
 * The one form of temporary names: `.TARGET.PID-BORN-MACHINE-RANDOM.tmp`, beside the target. It is
 * never longer than a name may be.
 */
export function temporaryPath(
  target: string,
  write: string = newWrite(),
  kind: TemporaryKind = 'tmp',
): string {
  return join(dirname(target), `.${cutName(basename(target))}.${write}.${kind}`);
}

const form =
  /^\.(?<target>.+)\.(?<write>(?<pid>\d{1,10})(?:-(?<born>[0-9a-z]{1,12})-(?<machine>[0-9a-f]{8})-[0-9a-f]{12}|-\d+)?)\.(?<kind>tmp|new|old)$/s;

/** Reads a name of that form, also one that says only a process id; undefined for any other name. */
export function parseTemporaryName(name: string): TemporaryName | undefined {
  const found = form.exec(name)?.groups;
  if (!found) return undefined;
  const { target = '', write = '', born, machine, kind } = found;
  const pid = Number(found['pid']);
  const mark = born === undefined || machine === undefined ? undefined : { pid, born, machine };
  return { target, write, mark, pid, kind: kind as TemporaryKind };
}

/** A target's name as temporary names hold it. */
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
