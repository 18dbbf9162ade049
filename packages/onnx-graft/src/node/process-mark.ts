import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies a temporary file's process: its id, start time and machine (or container). */
export interface ProcessMark {
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
