import { laddersOf } from '@pip-graft/report/ladder';
import type { Inspection } from '../commands/inspect.ts';
import { oneLine } from '../pipeline/printable.ts';

/**
 * Skip connections as ladders, one for each U-Net, full resolution at the top, with the modules
 * that stand on them.
 *
 * @example
 * level 1  1/1  ├─ 48 ch ─────────(PIP)──────── concat ┤    encoder_add
 * level 2  1/2    ├─ 96 ch ─────(PIP)──── concat ┤          encoder_add_1
 */
export function drawLadder(sites: Inspection['sites'], grafted: readonly number[]): string {
  return laddersOf(sites)
    .map((ladder) => drawOne(ladder, grafted))
    .join('\n\n');
}

function drawOne(sorted: Inspection['sites'], grafted: readonly number[]): string {
  const rungs = sorted.map(({ level, scale, channels, join }, index) => {
    const line = '─'.repeat(4 + 2 * (sorted.length - 1 - index));
    const module = grafted.includes(level) ? '(PIP)' : '─────';
    const rung = `${'  '.repeat(index)}├─ ${channels} ch ${line}${module}${line} ${join} ┤`;
    return `level ${level}  1/${String(scale).padEnd(3)} ${rung}`;
  });
  const width = Math.max(...rungs.map((rung) => rung.length));
  return rungs
    .map((rung, index) => `${rung.padEnd(width)}  ${oneLine(sorted[index]!.value)}`)
    .join('\n');
}
