import type { Planes } from './classical/index.mjs';

export interface Given {
  readonly label: string;
  readonly weight?: number;
  readonly strength?: number;
}

export interface Subject {
  readonly labels: readonly string[];
  readonly restore: (image: Planes, how: Given) => Promise<Planes>;
}
