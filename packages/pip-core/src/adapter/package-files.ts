import { sensorFiles, sensorFolder } from '../sensor/sensor-files.ts';
import { accompanyingFiles, adapterFiles } from './adapter-files.ts';

/** All files that the package of an adapter can have, by their paths in it. */
export const ownFiles: readonly string[] = [
  ...Object.values(adapterFiles),
  ...accompanyingFiles,
  ...Object.values(sensorFiles).map((name) => `${sensorFolder}/${name}`),
];

/** The same with those of a sensor's folder. */
export const packageFiles: readonly string[] = [...ownFiles, ...Object.values(sensorFiles)];
