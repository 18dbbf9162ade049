/** The files of an adapter folder, by what they are. */
export interface AdapterFolder {
  readonly name: string;
  readonly config: string;
  readonly tensors: Uint8Array<ArrayBuffer>;
  readonly manifest: string | undefined;
  readonly sensor:
    | { readonly config: string; readonly tensors: Uint8Array<ArrayBuffer> }
    | undefined;
}

export interface GraftRequest {
  readonly folder: AdapterFolder;
  /** undefined if no model is open, so that only the adapter is checked. */
  readonly model: Uint8Array<ArrayBuffer> | undefined;
  readonly modelName: string;
}

export interface Check {
  readonly passed: boolean;
  /** What was found, in a sentence. */
  readonly text: string;
}

/** A grafted model, or the adapter alone, with the results of checks. */
export interface Grafted {
  /** undefined without a model, or if the adapter does not fit it. */
  readonly model: Uint8Array<ArrayBuffer> | undefined;
  /** Whether the model had a graft, which was removed. */
  readonly was: 'host' | 'grafted';
  /** Whether the adapter has a sensor. */
  readonly hasSensor: boolean;
  /** One drawing per U-Net, as markup. */
  readonly ladders: readonly string[];
  readonly checks: readonly Check[];
  readonly facts: readonly (readonly [label: string, value: string])[];
}

/** Adapters are small; a larger file is something else. */
const mostBytes = 512 * 1024 * 1024;

/**
 * Reads the files of an adapter folder from the chosen files.
 *
 * Errors: a plain Error for a folder without an adapter.
 */
export async function readFolder(files: readonly File[]): Promise<AdapterFolder> {
  const at = new Map(files.map((file) => [insidePath(file), file]));
  const folder = files[0]?.webkitRelativePath.split('/', 1)[0] || 'adapter';
  const text = async (name: string): Promise<string | undefined> => {
    const file = at.get(name);
    if (file && file.size > 1024 * 1024) throw new Error(`${name}: larger than 1 MB.`);
    return file?.text();
  };
  const bytes = async (name: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const file = at.get(name);
    if (file && file.size > mostBytes) throw new Error(`${name}: larger than 512 MB.`);
    return file && new Uint8Array(await file.arrayBuffer());
  };
  const config = await text('adapter_config.json');
  const tensors = await bytes('adapter_model.safetensors');
  if (config === undefined || tensors === undefined) {
    throw new Error(
      `${folder}: no adapter in it; choose the folder that holds adapter_config.json and adapter_model.safetensors.`,
    );
  }
  const sensor = [
    await text('sensor/sensor_config.json'),
    await bytes('sensor/sensor_model.safetensors'),
  ] as const;
  const [sensorConfig, sensorTensors] = sensor;
  return {
    name: folder,
    config,
    tensors,
    manifest: await text('package.json'),
    sensor:
      sensorConfig !== undefined && sensorTensors !== undefined
        ? { config: sensorConfig, tensors: sensorTensors }
        : undefined,
  };
}

/** Returns the path of a file below the chosen folder. */
function insidePath({ webkitRelativePath, name }: File): string {
  return webkitRelativePath === '' ? name : webkitRelativePath.split('/').slice(1).join('/');
}
