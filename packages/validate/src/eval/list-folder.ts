import { stat } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { filePath, ioError, listEntries } from '@pip-graft/onnx-graft/node';
import { imageExtensions } from '@pip-graft/restore';

/** The content of a folder, sorted by code units: the same order on every machine. */
export interface Listing {
  readonly folders: readonly string[];
  /** File names of images by name without extension; several if the folder has `a.jpg` and `a.png`. */
  readonly images: ReadonlyMap<string, readonly string[]>;
  /** Files in unsupported formats. */
  readonly others: readonly string[];
}

/** Lists a folder without hidden files and follows links. Errors: `NOT_FOUND`, `READ_FAILED`. */
export async function listFolder(path: string): Promise<Listing> {
  let entries: ReturnType<typeof listEntries>;
  try {
    entries = listEntries(path);
  } catch (error) {
    throw ioError('read', path, error);
  }
  const folders: string[] = [];
  const images = new Map<string, string[]>();
  const others: string[] = [];
  for (const { name, entry } of entries) {
    if (name.startsWith('.')) continue;
    if (
      entry.isDirectory() ||
      (entry.isSymbolicLink() && (await leadsToFolder(join(path, name))))
    ) {
      folders.push(name);
    } else if (imageExtensions.includes(extname(name).toLowerCase())) {
      const stem = parse(name).name;
      images.set(stem, [...(images.get(stem) ?? []), name]);
    } else others.push(name);
  }
  return { folders, images, others };
}

/** A broken link counts as a file, which then turns out to be unreadable. */
async function leadsToFolder(path: string): Promise<boolean> {
  return stat(filePath(path)).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
