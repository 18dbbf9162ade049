import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Every file below a folder with the digest of its bytes. */
export function treeOf(folder) {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    files.map((path) => [relative(folder, path).split(sep).join('/'), digestOf(path)]),
  );
}

/**
 * Digest of a file; journals by sorted lines, because these are in the order in which images
 * finish.
 */
function digestOf(path) {
  const bytes = readFileSync(path);
  const content = path.endsWith('.jsonl') ? bytes.toString().split('\n').sort().join('\n') : bytes;
  return createHash('sha256').update(content).digest('hex');
}

/** Whether a path is, or is in, a temporary file of the product. */
export const isTemporary = (path) =>
  path.split('/').some((name) => /^\..+\.(tmp|new|old)$/.test(name));
