import type { Adapter } from '../adapter/adapter.ts';
import { accompanyingFiles, adapterFiles, ownFiles } from '../adapter/adapter-files.ts';
import { modelCard } from '../adapter/model-card.ts';
import { sensorFiles, sensorFolder } from '../sensor/sensor.ts';
import { openAdapterFile } from './adapter-file.ts';
import { readAdapter } from './read-adapter.ts';
import { readOwnSensor } from './read-sensor.ts';
import type { NewFile } from './write-folder.ts';

/** An adapter folder's files for a model hub. */
export interface PushedAdapter {
  readonly adapter: Adapter;
  readonly files: readonly NewFile[];
  /** Files that adapters can have and this one lacks: deleted if an earlier version has them. */
  readonly absent: readonly string[];
}

/**
 * Checks an adapter folder and reads its files for a model hub: the adapter's files unchanged, with
 * a model card that names the hub. Ignores everything else in the folder.
 *
 * Errors: those of {@link readAdapter} and `readOwnSensor`.
 *
 * @param name the adapter's name on the hub, such as `hf:me/rain`
 */
export function encodePushed(folder: string, name: string): PushedAdapter {
  const adapter = readAdapter(folder);
  const sensor = readOwnSensor(folder);
  const within = Object.values(sensorFiles).map((file) => `${sensorFolder}/${file}`);
  const wanted = [
    adapterFiles.tensors,
    adapterFiles.package,
    adapterFiles.types,
    ...accompanyingFiles,
    ...(sensor ? within : []),
    adapterFiles.config,
  ];
  const before = bytesIn(folder, adapterFiles.card);
  const card = modelCard(adapter, {
    hub: name,
    before: before && new TextDecoder().decode(before),
  });
  const files: NewFile[] = [
    [adapterFiles.card, card],
    ...wanted.flatMap((file): NewFile[] => {
      const bytes = bytesIn(folder, file);
      return bytes ? [[file, bytes]] : [];
    }),
  ];
  const names = new Set(files.map(([file]) => file));
  return { adapter, files, absent: ownFiles.filter((file) => !names.has(file)) };
}

function bytesIn(folder: string, name: string): Uint8Array | undefined {
  try {
    const source = openAdapterFile(folder, name);
    try {
      return source.read(0, source.size).slice();
    } finally {
      source.close();
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
