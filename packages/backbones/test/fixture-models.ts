import { readFileSync } from 'node:fs';
import { bytesSource, type Model, readModel } from '@pip-graft/onnx-graft';
import { inlineExternal } from '../../onnx-graft/src/edit/external-data.ts';

/** A committed export of one of the families, with the expected facts. */
export interface Fixture {
  readonly file: string;
  readonly family: 'restormer' | 'nafnet' | 'promptir' | 'unet' | 'unknown';
  /** Which network it is, if the family is not a known one. */
  readonly network?: string;
  /** It is not a U-Net. */
  readonly refused?: boolean;
  readonly dynamic: boolean;
  /** What was done to the export afterwards; 'plain' for nothing. */
  readonly variant: string;
  readonly exporter: 'torchscript' | 'dynamo';
  readonly input: { readonly exportedAt: readonly number[] };
  readonly sites: readonly {
    readonly level: number;
    readonly channels: number;
    readonly scale: number;
    readonly join: string;
    readonly layout?: 'tokens';
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

/** A fixture with its external data, which is in the same folder. */
export function fixtureModel(file: string): Model {
  const read = (location: string) => bytesSource(fixtureBytes(location), location);
  return { ...readModel(bytesSource(fixtureBytes(file), file)), external: { folder: '', read } };
}

/** A fixture with its external data inlined. */
export function wholeFixture(file: string): Model {
  return inlineExternal(fixtureModel(file));
}
