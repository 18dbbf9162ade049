import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Bytes that this process held at its peak. The kernel's own mark where there is one: ru_maxrss also counts the parent's pages at fork. */
export function peakOfProcess(): number {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
