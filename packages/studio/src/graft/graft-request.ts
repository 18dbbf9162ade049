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
  /** undefined if no model is open: then only the adapter is checked. */
  readonly model: Uint8Array<ArrayBuffer> | undefined;
  readonly modelName: string;
}

export interface Check {
  readonly passed: boolean;
  /** What was found, in a sentence. */
  readonly text: string;
}

/** A grafted model, or the adapter alone, with what was found on the way. */
export interface Grafted {
  /** undefined if there was no model, or the adapter does not fit it. */
  readonly model: Uint8Array<ArrayBuffer> | undefined;
  /** Whether the model carried a graft, which was removed. */
  readonly was: 'host' | 'grafted';
  /** Whether the adapter brought a sensor. */
  readonly hasSensor: boolean;
  /** One drawing for each U-Net, as markup. */
  readonly ladders: readonly string[];
  readonly checks: readonly Check[];
  readonly facts: readonly (readonly [label: string, value: string])[];
}
