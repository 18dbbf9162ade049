import type { Planes } from './classical/index.mjs';

export interface Figures {
  readonly set: string;
  readonly name: string;
  readonly psnr: number;
  readonly ssim: number;
}

export declare function readFigures(file?: string): Record<string, Figures>;
export declare function withoutBm3d(python?: string): string | undefined;
export declare function keepFigures(
  noisy: Planes,
  made: Planes,
  of: { readonly set: string; readonly name: string; readonly target: Planes },
  file?: string,
): Figures;
