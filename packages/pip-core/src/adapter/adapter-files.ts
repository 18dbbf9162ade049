import { sensorFiles, sensorFolder } from '../sensor/sensor.ts';

/** The files of an adapter folder. */
export const adapterFiles = {
  config: 'adapter_config.json',
  tensors: 'adapter_model.safetensors',
  card: 'README.md',
  package: 'package.json',
  /** Types of the config; in packages only. */
  types: 'adapter_config.d.mts',
} as const;

/** Other files that a package may hold: texts for people, which nothing reads. */
export const accompanyingFiles: readonly string[] = [
  'LICENSE',
  'LICENSE.md',
  'LICENSE.txt',
  'LICENCE',
  'LICENCE.md',
  'NOTICE',
  'NOTICE.md',
  'CHANGELOG.md',
];

/** Files that tools leave in a folder and no package manager publishes, or only model hubs need. */
export const toolFiles: readonly string[] = [
  '.git',
  '.gitattributes',
  '.gitignore',
  '.npmignore',
  '.turbo',
  '.DS_Store',
];

/** All files that an adapter's package can have, by their paths in it. */
export const ownFiles: readonly string[] = [
  ...Object.values(adapterFiles),
  ...accompanyingFiles,
  ...Object.values(sensorFiles).map((name) => `${sensorFolder}/${name}`),
];

/** All files of {@link ownFiles}, and those of a sensor's folder. */
export const packageFiles: readonly string[] = [...ownFiles, ...Object.values(sensorFiles)];
