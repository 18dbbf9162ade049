import {
  type FloatType,
  type Fragment,
  GraftError,
  GraphBuilder,
  type NameSource,
  type SiteLayout,
} from '@pip-graft/onnx-graft';
import type { FloatTensor, TensorMap } from '@pip-graft/weights';
import type { PipConfig } from '../config/pip-config.ts';
import { parameterName } from '../parameters/names.ts';
import { emitDegradationWeights } from './degradation-prompt.ts';
import { emitLevel, type LevelValues } from './emit-level.ts';
import { levelGrids } from './grid.ts';
import { fromNchw, toNchw } from './layout.ts';
import type { Steering } from './steering.ts';

/** What to emit, and where its open ends are. */
export interface EmitRequest {
  readonly config: PipConfig;
  /** Parameters under their full names. */
  readonly tensors: TensorMap;
  /** Operator set of the host, 11 to 23. */
  readonly opset: number;
  /** Where names are taken from. */
  readonly names: NameSource;
  /** Every emitted name starts with it and a slash. */
  readonly prefix: string;
  /** Skip features in the order in which the host's nodes read them. */
  readonly sites: readonly EmitSite[];
  readonly steering: PipSteering;
}

/** A skip feature that a level is emitted on. */
export interface EmitSite {
  readonly level: number;
  readonly value: string;
  readonly dataType: FloatType;
  /** Default NCHW. */
  readonly layout?: SiteLayout;
  /** Tokens only: a value in NCHW of the same height and width. */
  readonly extent?: string | undefined;
}

/** Names of the two graph inputs, or the numbers that take their place. */
export type PipSteering =
  | { readonly kind: 'inputs'; readonly degradation: string; readonly strength: string }
  | { readonly kind: 'baked'; readonly weights: readonly number[]; readonly strength: number };

/** One level's nodes and weights. The first of a graft holds what all levels share. */
export interface EmittedLevel {
  readonly level: number;
  readonly fragment: Fragment;
  readonly values: LevelValues;
}

/**
 * PIP's nodes for the skip features of a host, one fragment for each.
 *
 * Errors: `UNSUPPORTED_HOST` for an operator set outside 11 to 23;
 * `ADAPTER_INVALID` when a level or a tensor is missing.
 *
 * @example
 * const [level1] = emitPip({ config, tensors, opset: 17, names: new NameScope(model), prefix: 'pip',
 *   sites: [{ level: 1, value: 'encoder', dataType: 'float32' }],
 *   steering: { kind: 'inputs', degradation: 'degradation', strength: 'strength' } });
 */
export function emitPip(request: EmitRequest): EmittedLevel[] {
  const { config, opset, names: taken, prefix, sites } = request;
  const builder = (name: string) => new GraphBuilder({ opset, prefix: `${prefix}/${name}`, taken });
  const shared = builder('degradation');
  const steering = emitSteering(shared, request.steering);
  return sites.map(({ level: number, value, dataType, layout = 'NCHW', extent }, index) => {
    const level = config.levels.find((candidate) => candidate.level === number);
    if (level === undefined) {
      throw new GraftError('ADAPTER_INVALID', `The adapter has no level ${number}.`);
    }
    const g = builder(`level${number}`);
    const tensor = (name: string) => required(request.tensors, parameterName(number, name));
    const grids = levelGrids(g.prefix, level.promptSize);
    const place = { value, channels: level.channels, layout, extent };
    const feature = toNchw(g.scope('feature'), place);
    const emitted = emitLevel({ g, config, level, dataType, grids, tensor }, feature, steering);
    const values = { ...emitted, output: fromNchw(g.scope('merged'), emitted.output, place) };
    const own = g.fragment();
    const fragment = index === 0 ? join(shared.fragment(), own) : own;
    return { level: number, fragment, values };
  });
}

function emitSteering(shared: GraphBuilder, steering: PipSteering): Steering {
  return steering.kind === 'baked'
    ? steering
    : { ...steering, degradation: emitDegradationWeights(shared, steering.degradation) };
}

function required(tensors: TensorMap, name: string): FloatTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) {
    throw new GraftError('ADAPTER_INVALID', `The adapter has no tensor '${name}'.`);
  }
  return tensor;
}

function join(a: Fragment, b: Fragment): Fragment {
  return {
    nodes: [...a.nodes, ...b.nodes],
    initializers: [...a.initializers, ...b.initializers],
    values: [...(a.values ?? []), ...(b.values ?? [])],
  };
}
