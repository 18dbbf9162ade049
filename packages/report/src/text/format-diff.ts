import type { ModelDiff, RecordDiff } from '@pip-graft/onnx-graft';
import { oneLine, table } from './lines.ts';

/** Most records of a kind to show; `--json` has all. */
const listed = 12;

/** Formats a diff as text: a summary table, then what changed. */
export function formatDiff(diff: ModelDiff, a: string, b: string): string {
  if (diff.identical) return `${a} and ${b} are equal byte for byte`;
  const kinds = Object.entries(diff).filter(
    (entry): entry is [string, RecordDiff] => typeof entry[1] === 'object',
  );
  const rows = kinds.map(([kind, { added, removed, changed, unchanged, reordered }]) => [
    kind,
    added.length,
    removed.length,
    changed.length,
    unchanged,
    reordered ? 'in another order' : '',
  ]);
  const lines = [`${a} → ${b}`, table([['', 'added', 'removed', 'changed', 'equal', ''], ...rows])];
  for (const [kind, { added, removed, changed }] of kinds) {
    const entries = [
      ...removed.map((name) => `- ${shorten(name)}`),
      ...changed.map(
        ({ name, what }) =>
          `~ ${shorten(name)}${what.length > 0 ? `: ${what.map(shorten).join('; ')}` : ''}`,
      ),
      ...added.map((name) => `+ ${shorten(name)}`),
    ];
    if (entries.length === 0) continue;
    lines.push('', kind, ...entries.slice(0, listed).map((entry) => `  ${entry}`));
    if (entries.length > listed) lines.push(`  … and ${entries.length - listed} more`);
  }
  return lines.join('\n');
}

/** Shortens a text, because metadata may contain whole documents. */
function shorten(long: string): string {
  const text = oneLine(long);
  return text.length > 160 ? `${text.slice(0, 160)} …` : text;
}
