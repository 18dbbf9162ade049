import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc; 100 on Linux. */
const ticks = 100;

/**
 * CPU seconds and peak bytes of a browser's renderer processes: all together, and of the largest.
 */
export function renderers(browserPid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const seconds = (Number(fields[11]) + Number(fields[12])) / ticks;
        return [
          {
            pid: Number(pid),
            parent: Number(fields[1]),
            seconds,
            peak: Number(peak) * 1024,
            command,
          },
        ];
      } catch {
        return [];
      }
    });
  const ours = new Set([browserPid]);
  for (let before = 0; before !== ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  const found = all.filter(
    ({ pid, command }) => ours.has(pid) && command.includes('--type=renderer'),
  );
  return {
    seconds: found.reduce((sum, { seconds }) => sum + seconds, 0),
    peak: Math.max(0, ...found.map(({ peak }) => peak)),
  };
}
