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
