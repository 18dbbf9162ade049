import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { filePath } from './file-path.ts';

/** Puts a folder's names on the disk, where the system lets a folder be opened for it (Windows does not). */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(filePath(path), constants.O_RDONLY).catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
