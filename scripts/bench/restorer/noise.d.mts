import type { Planes } from './classical/index.mjs';

export declare function noisy(image: Planes, name: string, sigma: number): Planes;
