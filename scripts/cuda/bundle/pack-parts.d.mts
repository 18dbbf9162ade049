export declare function packParts(bundle: {
  readonly folder: string;
  readonly stage: string;
  /** Bytes. */
  readonly partSize: number;
  readonly facts: object;
  readonly say: (line: string) => void;
}): Promise<{ readonly name: string; readonly bytes: number; readonly digest: string }[]>;
