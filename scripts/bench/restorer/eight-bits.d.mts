import type { Planes } from './classical/index.mjs';

export declare function toBytes(image: Planes): Uint8Array;
export declare function fromBytes(bytes: Uint8Array, width: number, height: number): Planes;
export declare function digestOf(image: Planes): string;
