/** The files of a sensor folder. */
export const sensorFiles = {
  config: 'sensor_config.json',
  tensors: 'sensor_model.safetensors',
  card: 'README.md',
} as const;

/** The folder of an adapter that holds its own sensor. */
export const sensorFolder = 'sensor';
