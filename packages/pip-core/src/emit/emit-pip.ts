import {
  type FloatType,
  type Fragment,
  GraftError,
  GraphBuilder,
  type NameSource,
  ops,
  type SiteLayout,
} from '@pip-graft/onnx-graft';
import type { FloatTensor, TensorMap } from '@pip-graft/weights';
import { hasNoPosition, type PipConfig } from '../config/pip-config.ts';
import { parameterName } from '../parameters/names.ts';
import {
  emitAttach,
  emitChange,
  emitLevel,
  fromNchw,
  type LevelValues,
  toNchw,
} from './emit-level.ts';
import { type EmitAuto, emitAuto } from './emit-sensor.ts';
import { emitShares, type PipSteering, type Steering } from './emit-shares.ts';
import { type LevelContext, levelGrids, onGrid, within } from './level-context.ts';
import type { Weight } from './weight.ts';

/** Request of {@link emitPip}: what to emit, and where its open ends are. */
export interface EmitRequest {
  /** One adapter, or several whose changes are added, weighted by their labels. */
  readonly adapters: readonly EmitAdapter[];
  /** Operator set of the host, 11 to 23. */
  readonly opset: number;
  /** Source of names. */
  readonly names: NameSource;
  /** Prefix of every emitted name, followed by a slash. */
  readonly prefix: string;
  /** Skip features in the order in which the host's nodes read them. */
  readonly sites: readonly EmitSite[];
  readonly steering: PipSteering;
  /** Finds the degradation of images whose row of the input is zero. Only with inputs. */
  readonly auto?: EmitAuto | undefined;
}

/** Config and parameters of an adapter to emit. */
export interface EmitAdapter {
  readonly config: PipConfig;
  /** Parameters by full name. */
  readonly tensors: TensorMap;
  /**
   * Whether the parameters are values of the graph under their full names, as training needs,
   * instead of constants. Default: false.
   */
  readonly fed?: boolean;
}

/** A skip feature; every adapter that has its level is emitted on it. */
export interface EmitSite {
  readonly level: number;
  readonly value: string;
  readonly dataType: FloatType;
  /** Default: NCHW. */
  readonly layout?: SiteLayout;
  /** Tokens only: an NCHW value of the same height and width. */
  readonly extent?: string | undefined;
}

/** One skip feature's nodes and weights. The first of a graft holds what all share. */
export interface EmittedLevel {
  readonly level: number;
  readonly fragment: Fragment;
  /** The value that the host's merge must read. */
  readonly output: string;
  readonly modules: readonly EmittedModule[];
}

/** Values of one adapter at a skip feature. */
export interface EmittedModule {
  /** Index among the adapters. */
  readonly adapter: number;
  readonly values: LevelValues;
}

/**
 * Emits PIP's nodes for the skip features of a host, one fragment each. Names begin with
 * `${prefix}/level1`; those of several adapters with `${prefix}/1/level1`, `${prefix}/2/level1`.
 *
 * Errors: `UNSUPPORTED_HOST` for an operator set outside 11 to 23; `ADAPTER_INVALID` if a level or
 * a tensor is missing.
 *
 * @example
 * const [level1] = emitPip({ adapters: [{ config, tensors }], opset: 17, names: new NameScope(model),
 *   prefix: 'pip', sites: [{ level: 1, value: 'encoder', dataType: 'float32' }],
 *   steering: { kind: 'inputs', degradation: 'degradation', strength: 'strength' } });
 */
export function emitPip(request: EmitRequest): EmittedLevel[] {
  const { adapters, opset, names: taken, prefix } = request;
  const builder: Builder = (name) =>
    new GraphBuilder({ opset, prefix: `${prefix}/${name}`, taken });
  const sensor = builder('sensor');
  const asked = request.auto ? blind(sensor, request.steering, request.auto) : request.steering;
  const shared = builder('degradation');
  const counts = adapters.map(({ config }) => config.labels.length);
  const steering = emitShares(shared, counts, asked);
  const emit = adapters.length === 1 ? emitAlone : emitTogether;
  return request.sites.map((site, index) => {
    const emitted = emit(builder, request, site, steering);
    if (index > 0) return emitted;
    const parts = [sensor.fragment(), shared.fragment(), emitted.fragment];
    return { ...emitted, fragment: join(parts) };
  });
}

type Builder = (name: string) => GraphBuilder;
type Emit = (
  builder: Builder,
  request: EmitRequest,
  site: EmitSite,
  steering: readonly Steering[],
) => EmittedLevel;

const emitAlone: Emit = (builder, { adapters: [adapter] }, site, [steering]) => {
  const g = builder(`level${site.level}`);
  const context = contextOf(g, adapter!, site) ?? missing(site);
  const place = placeOf(site, context);
  const feature = toNchw(g.scope('feature'), place);
  const values = emitLevel(context, feature, steering!);
  const merged = emitAttach(within(context, 'attach'), feature, values.modulated, steering!);
  onGrid(g, merged, place.channels, context.grids.universal, site.dataType);
  const output = fromNchw(g.scope('merged'), merged, place);
  return { level: site.level, fragment: g.fragment(), output, modules: [{ adapter: 0, values }] };
};

/** The modules of several adapters on one feature: Z and what each adds to it, in order. */
const emitTogether: Emit = (builder, { adapters }, site, steering) => {
  const { level, dataType } = site;
  const before = builder(`level${level}`);
  const after = builder(`level${level}`);
  const found = adapters.flatMap((adapter, index) => {
    const context = contextOf(builder(`${index + 1}/level${level}`), adapter, site);
    return context ? [{ adapter: index, context, steering: steering[index]! }] : [];
  });
  const place = placeOf(site, found[0]?.context ?? missing(site));
  const feature = toNchw(before.scope('feature'), place);
  const emitted = found.map(({ adapter, context, steering: own }) => {
    const values = emitLevel(context, feature, own);
    const change = emitChange(within(context, 'attach'), feature, values.modulated, own);
    return { adapter, values, change, fragment: context.g.fragment() };
  });
  const sum = after.scope('attach');
  const merged = emitted.reduce((so, { change }) => ops.add(sum, so, change), feature);
  const { universal } = levelGrids(after.prefix, 1, 'zeros');
  onGrid(after, merged, place.channels, universal, dataType);
  const output = fromNchw(after.scope('merged'), merged, place);
  const parts = [before.fragment(), ...emitted.map(({ fragment }) => fragment), after.fragment()];
  const modules = emitted.map(({ adapter, values }) => ({ adapter, values }));
  return { level, fragment: join(parts), output, modules };
};

/** undefined if the adapter has no such level. */
function contextOf(
  g: GraphBuilder,
  { config, tensors, fed = false }: EmitAdapter,
  { level: number, dataType }: EmitSite,
): LevelContext | undefined {
  const level = config.levels.find((candidate) => candidate.level === number);
  if (level === undefined) return undefined;
  const weight = (name: string): Weight => {
    const full = parameterName(number, name);
    const { dims, data } = required(tensors, full);
    return fed ? { kind: 'fed', dims, value: full } : { kind: 'fixed', dims, data };
  };
  const grids = levelGrids(g.prefix, level.promptSize, hasNoPosition(config) ? 'edge' : 'zeros');
  return { g, config, level, dataType, grids, weight };
}

function placeOf({ value, layout = 'NCHW', extent }: EmitSite, { level }: LevelContext) {
  return { value, channels: level.channels, layout, extent };
}

function missing({ level }: EmitSite): never {
  throw new GraftError('ADAPTER_INVALID', `The adapter has no level ${level}.`);
}

/** Steering by the caller's weights, or by what the sensor finds. */
function blind(g: GraphBuilder, steering: PipSteering, auto: EmitAuto): PipSteering {
  if (steering.kind === 'baked') return steering;
  return { ...steering, degradation: emitAuto(g, steering.degradation, auto) };
}

function required(tensors: TensorMap, name: string): FloatTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) {
    throw new GraftError('ADAPTER_INVALID', `The adapter has no tensor '${name}'.`);
  }
  return tensor;
}

function join(parts: readonly Fragment[]): Fragment {
  return {
    nodes: parts.flatMap(({ nodes }) => nodes),
    initializers: parts.flatMap(({ initializers }) => initializers),
    values: parts.flatMap(({ values = [] }) => values),
  };
}
