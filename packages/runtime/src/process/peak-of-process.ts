import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Peak memory of this process in bytes. Prefers the kernel's own figure, because ru_maxrss includes the parent's pages at fork. */
export function peakOfProcess(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
