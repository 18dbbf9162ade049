import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { encodeText } from '../wire/text.ts';

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

/** Identifies a temporary file's process: its id, start time and machine (or container). */
interface ProcessMark {
  readonly pid: number;
  /** Start in ticks since boot, base 36; `0` if the system does not tell. */
  readonly born: string;
  /** Eight hex digits. */
  readonly machine: string;
}

let machine: string | undefined;
let own: ProcessMark | undefined;

/** The mark of this process. */
export function processMark(): ProcessMark {
  own ??= { pid: process.pid, born: bornOf(process.pid), machine: thisMachine() };
  return own;
}

/**
 * Whether the process of a mark still runs; undefined if that cannot be known here, because it ran
 * on another machine, in another container, or before the last boot. A process that reuses an id
 * has another start time.
 */
export function isRunning({ pid, born, machine: where }: ProcessMark): boolean | undefined {
  if (where !== thisMachine()) return undefined;
  return hasProcess(pid) && (born === '0' || born === bornOf(pid));
}

/** Whether any process has this id. */
export function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Process ids are meaningful only within one boot and one PID namespace. */
function thisMachine(): string {
  machine ??= createHash('sha256')
    .update(hostname())
    .update(read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')))
    .update(read(() => readlinkSync('/proc/self/ns/pid')))
    .digest('hex')
    .slice(0, 8);
  return machine;
}

/** The 22nd field of `/proc/PID/stat`; the second, the command's name, may hold anything. */
function bornOf(pid: number): string {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0);
  return Number.isSafeInteger(ticks) ? ticks.toString(36) : '0';
}

function read(from: () => string): string {
  try {
    return from();
  } catch {
    return '';
  }
}
