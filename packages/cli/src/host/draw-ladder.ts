import type { Inspection } from '../commands/inspect.ts';

/**
 * Skip connections as a ladder, full resolution at the top.
 *
 * @example
 * level 1 · 1/1  ├─ 48 ch ──────────────── concat ┤  encoder_add
 */
export function drawLadder(sites: Inspection['sites'], grafted: readonly number[]): string {
  const sorted = [...sites].sort((a, b) => a.level - b.level);
  const width = Math.max(...sorted.map(({ channels }) => String(channels).length));
  const joins = Math.max(...sorted.map(({ join }) => join.length));
  return sorted
    .map(({ level, scale, channels, join, value }, index) => {
      const indent = ' '.repeat(index * 2);
      const rest = ' '.repeat((sorted.length - 1 - index) * 2);
      const line = '─'.repeat(4 + 4 * (sorted.length - 1 - index));
      const module = grafted.includes(level) ? '(PIP)' : '─────';
      return `level ${level}  1/${String(scale).padEnd(2)} ${indent}├─ ${String(channels).padStart(width)} ch ${line}${module}${line} ${join.padEnd(joins)} ┤${indent}${rest ? '' : ''}  ${value}`;
    })
    .join('\n');
}
