import { watch } from 'node:fs';

/** Counts the events in a folder until it is stopped. */
export function countEvents(folder) {
  let count = 0;
  const watcher = watchAll(folder, () => count++);
  return {
    stop() {
      watcher.close();
      return count;
    },
  };
}

/**
 * Kills a process after a share of an uninterrupted run's time, or of the events in its folder.
 *
 * @returns cancels what is still to come
 */
export function killPoint(child, folder, { share, byWrites, milliseconds, events }) {
  const kill = () => child.kill('SIGKILL');
  if (!byWrites) {
    const timer = setTimeout(kill, share * milliseconds);
    return () => clearTimeout(timer);
  }
  const wanted = Math.ceil(share * Math.max(1, events));
  let count = 0;
  const watcher = watchAll(folder, () => {
    if (++count === wanted) kill();
  });
  return () => watcher.close();
}

/** Watches a folder and those in it; one that is gone before Node looks into it is no fault. */
function watchAll(folder, onEvent) {
  const watcher = watch(folder, { recursive: true }, onEvent);
  return watcher.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
