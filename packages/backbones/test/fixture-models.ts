import { readFileSync } from 'node:fs';
import { bytesSource, type Model, readModel } from '@pip-graft/onnx-graft';

/** A committed export of one of the families, and what is true of it. */
export interface Fixture {
  readonly file: string;
  readonly family: 'restormer' | 'nafnet' | 'promptir' | 'unet';
  readonly dynamic: boolean;
  readonly sites: readonly {
    readonly level: number;
    readonly channels: number;
    readonly scale: number;
    readonly join: string;
    readonly value: string;
    readonly merge: string;
    readonly mergeInput: number;
  }[];
}

const folder = new URL('./fixtures/', import.meta.url);

export const fixtures: readonly Fixture[] = JSON.parse(
  readFileSync(new URL('fixtures.json', folder), 'utf8'),
).fixtures;

export function fixtureBytes(file: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(file, folder)));
}

export function fixtureModel(file: string): Model {
  return readModel(bytesSource(fixtureBytes(file), file));
}
