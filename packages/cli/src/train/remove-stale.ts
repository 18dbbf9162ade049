import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Removes what a process that was killed left of a file that it was writing: nobody renames it any more. */
export function removeStale(path: string): void {
  const home = dirname(path);
  let names: string[];
  try {
    names = readdirSync(home);
  } catch {
    return;
  }
  const prefix = `.${basename(path)}.`;
  for (const name of names) {
    const [, process] = name.startsWith(prefix)
      ? (/^(\d+)-\d+\.tmp$/.exec(name.slice(prefix.length)) ?? [])
      : [];
    if (process !== undefined && !isRunning(Number(process)))
      rmSync(join(home, name), { force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
