import { watch } from 'node:fs';

/** Counts what happens in a folder until it is stopped. */
export function countEvents(folder) {
  let count = 0;
  const watcher = watch(folder, { recursive: true }, () => count++);
  return {
    stop() {
      watcher.close();
      return count;
    },
  };
}

/**
 * Kills a process at a share of the time of an unbroken run, or of what happens in its folder.
 *
 * @returns takes back what was not done yet
 */
export function killPoint(child, folder, { share, byWrites, milliseconds, events }) {
  const kill = () => child.kill('SIGKILL');
  if (!byWrites) {
    const timer = setTimeout(kill, share * milliseconds);
    return () => clearTimeout(timer);
  }
  const wanted = Math.ceil(share * Math.max(1, events));
  let count = 0;
  const watcher = watch(folder, { recursive: true }, () => {
    if (++count === wanted) kill();
  });
  return () => watcher.close();
}
