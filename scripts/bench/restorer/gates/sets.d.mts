import type { Gate } from '../gate.mjs';

interface Set {
  readonly name: string;
  readonly label: string;
  readonly sigma?: number;
  readonly psnr?: number;
  readonly ssim?: number;
  readonly gain?: number;
}

interface Measured {
  readonly images: readonly {
    readonly name: string;
    readonly ways: Readonly<Record<string, { readonly psnr: number; readonly ssim: number }>>;
  }[];
}

export declare function setGates(set: Set, measured: Measured | undefined): Gate[];
