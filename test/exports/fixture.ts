import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { locateSkips } from '@pip-graft/backbones';
import { graphFacts, type Model } from '@pip-graft/onnx-graft';
import { digest, type OpenedModel, openModel } from '@pip-graft/onnx-graft/node';
import {
  type Adapter,
  applyPlan,
  makePlan,
  type PlanRequest,
  requirePlan,
} from '@pip-graft/pip-core';
import { createSession, runModel } from '@pip-graft/runtime';
import { type TensorFeeds, type TypedTensorOf, toFloat32 } from '@pip-graft/weights';

/** A committed export with the expected facts: pytorch-reference/README.md. */
export interface Fixture {
  readonly file: string;
  readonly network: string;
  readonly family: string;
  readonly variant: string;
  /** It is not a U-Net. */
  readonly refused?: boolean;
  /** Whether it matches the PyTorch network to 0.001. */
  readonly faithful: boolean;
  /** Absent if the size is built in. */
  readonly faithfulAtOtherSizes?: boolean;
  /** Largest difference from PyTorch; null if the file does not run at one of the sizes. */
  readonly error: number | null;
  readonly sites: readonly {
    readonly level: number;
    readonly channels: number;
    readonly scale: number;
    readonly join: string;
    readonly layout?: 'tokens';
  }[];
  readonly note?: string;
}

const folder = new URL('../../packages/backbones/test/fixtures/', import.meta.url);

export const fixtures: readonly Fixture[] = JSON.parse(
  readFileSync(new URL('fixtures.json', folder), 'utf8'),
).fixtures.filter(({ refused }: Fixture) => !refused);

export const isHalf = ({ variant }: Fixture): boolean => variant.startsWith('float16');
export const isQuantised = ({ variant }: Fixture): boolean => variant.startsWith('qdq');

/** Everything that planning needs, apart from an adapter. */
export type Host = OpenedModel & Omit<PlanRequest, 'adapters'>;

/** Calls `use` with an open fixture. */
export async function withHost<T>(
  file: string,
  use: (host: Host) => T | Promise<T>,
): Promise<Awaited<T>> {
  const opened = openModel(fileURLToPath(new URL(file, folder)));
  try {
    const facts = graphFacts(opened.model);
    const { sites, family } = locateSkips(opened.model, facts);
    return await use({ ...opened, facts, sites, family, digest: digest(opened.model.source) });
  } finally {
    opened.close();
  }
}

/** The host with the adapter on its sites; its external data stays where it is. */
export function graftOnto(host: Host, adapter: Adapter): Model {
  const plan = requirePlan(makePlan({ ...host, adapters: [adapter] }));
  return applyPlan(plan, { name: 'test', version: '0' });
}

/** All outputs as float32, by name. */
type Outputs = ReadonlyMap<string, TypedTensorOf<'float32'>>;

/** Calls `use` with a loaded model, on one thread, with every rounding as written in the graph. */
export async function withSession<T>(
  loaded: Model | Uint8Array,
  use: (run: (feeds: TensorFeeds) => Promise<Outputs>) => Promise<T>,
): Promise<T> {
  const session = await createSession(loaded, { optimisation: 'basic', threads: 1 });
  try {
    return await use(async (feeds) => {
      const outputs = await runModel(session, feeds);
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, toFloat32(tensor)]));
    });
  } finally {
    await session.release();
  }
}

/** The outputs of one run. */
export function run(loaded: Model | Uint8Array, feeds: TensorFeeds): Promise<Outputs> {
  return withSession(loaded, (once) => once(feeds));
}
