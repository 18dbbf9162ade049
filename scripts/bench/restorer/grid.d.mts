import type { Planes } from './classical/index.mjs';

export declare function gridShare(image: Planes): number;
export declare function flattest(target: Planes): { left: number; top: number; gradient: number };
