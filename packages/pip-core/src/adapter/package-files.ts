import { sensorFiles, sensorFolder } from '../sensor/sensor-files.ts';
import { accompanyingFiles, adapterFiles } from './adapter-files.ts';

/** All files that the package of an adapter can have, by their paths in it; a sensor's folder has some of them. */
export const packageFiles: readonly string[] = [
  ...Object.values(adapterFiles),
  ...Object.values(sensorFiles),
  ...accompanyingFiles,
  ...Object.values(sensorFiles).map((name) => `${sensorFolder}/${name}`),
];
