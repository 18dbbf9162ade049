import type { FloatType, SkipSite } from '@pip-graft/onnx-graft';
import { elementCount } from '@pip-graft/weights';
import type { Adapter } from '../adapter/adapter.ts';
import type { LevelConfig, PipConfig } from '../config/pip-config.ts';
import { levelParameters } from '../parameters/level-parameters.ts';
import type { Remarks } from './check-host.ts';
import { levelCost } from './cost.ts';
import type { PlannedLevel, PlannedModule } from './plan.ts';
import type { PlanRequest } from './plan-request.ts';

const layouts = {
  NCHW: { rank: 4, channelAxis: 1 },
  NHWC: { rank: 4, channelAxis: 3 },
  tokens: { rank: 3, channelAxis: 2 },
} as const;

/** The adapters' levels on the host's sites, in the order in which the host reads them. */
export function planLevels(
  adapters: readonly Adapter[],
  request: PlanRequest,
  remarks: Remarks,
): PlannedLevel[] {
  const { sites, options = {} } = request;
  const had = adapters.flatMap(({ config }) => config.levels.map(({ level }) => level));
  const wanted = [...new Set(options.levels ?? had)];
  if (wanted.length === 0) {
    remarks.refusals.push({ code: 'INVALID_ARGUMENT', message: 'No level was chosen to graft.' });
  }
  const planned: PlannedLevel[] = [];
  if (sites.length === 0) return planned;
  for (const number of wanted) {
    // A network that the model applies several times has as many sites per level.
    const own = sites.filter((candidate) => candidate.level === number);
    if (!had.includes(number) || own.length === 0) {
      remarks.refusals.push(missing(number, adapters, request, had.includes(number)));
      continue;
    }
    for (const site of own) {
      const result = planLevel(site, adapters, request, remarks);
      if (result) planned.push(result);
    }
  }
  for (const level of new Set(sites.map((site) => site.level))) {
    if (!wanted.includes(level)) remarks.warnings.push(`level ${level} of the host stays as it is`);
  }
  const firstUse = ({ site }: PlannedLevel) => Math.min(...site.uses.map(({ node }) => node));
  return planned.sort((a, b) => firstUse(a) - firstUse(b) || a.site.level - b.site.level);
}

function planLevel(
  site: SkipSite,
  adapters: readonly Adapter[],
  { model, facts }: PlanRequest,
  { refusals }: Remarks,
): PlannedLevel | undefined {
  const place = `${model.source.label}: level ${site.level}, value '${site.value}'`;
  const before = refusals.length;
  const { rank: wantedRank, channelAxis } = layouts[site.layout];
  const dims = facts.value(site.value)?.dims;
  const said = site.layout === 'NCHW' ? facts.channels(site.value) : dims?.[channelAxis];
  const channels = typeof said === 'number' ? said : site.channels;
  const rank = dims?.length ?? wantedRank;
  if (channels !== site.channels || rank !== wantedRank) {
    refusals.push({
      code: 'UNSUPPORTED_LAYOUT',
      message: `${place}: it was located as ${site.layout} with ${site.channels} channels, but the graph says rank ${rank} and ${channels} channels; locate the sites again.`,
    });
  } else {
    for (const { name, config } of adapters) {
      const level = levelOf(config, site.level);
      if (level === undefined || level.channels === channels) continue;
      refusals.push({
        code: 'ADAPTER_MISMATCH',
        message: `${place}: it has ${channels} channels, and adapter '${name}' was made for ${level.channels}.`,
      });
    }
  }
  const dataType = facts.value(site.value)?.dataType;
  if (!isFloat(dataType)) {
    refusals.push({
      code: 'UNSUPPORTED_HOST',
      message: `${place}: its type is ${dataType ?? 'not known'}; float32, float16 and bfloat16 can be grafted.`,
    });
  }
  if (site.layout === 'tokens' && site.extent === undefined) {
    refusals.push({
      code: 'UNSUPPORTED_LAYOUT',
      message: `${place}: it is one row of channels a pixel, and no value before it has the height and width that the rows lost.`,
    });
  }
  const isRead = (use: SkipSite['uses'][number]) =>
    model.graph.nodes[use.node]?.inputs[use.input] === site.value;
  if (site.uses.length === 0 || !site.uses.every(isRead)) {
    refusals.push({
      code: 'INVALID_ARGUMENT',
      message: `${place}: the node that should merge it does not read it; locate the sites again.`,
    });
  }
  if (refusals.length > before || !isFloat(dataType)) return undefined;
  const modules = adapters.flatMap(({ config }, adapter): PlannedModule[] => {
    const level = levelOf(config, site.level);
    if (level === undefined) return [];
    const specs = levelParameters(level, config);
    const parameters = specs.reduce((sum, { dims }) => sum + elementCount(dims), 0);
    return [{ adapter, config: level, parameters, cost: levelCost(level, config) }];
  });
  return { site, dataType, modules };
}

function levelOf({ levels }: PipConfig, number: number): LevelConfig | undefined {
  return levels.find(({ level }) => level === number);
}

function missing(
  level: number,
  adapters: readonly Adapter[],
  { sites, model }: PlanRequest,
  inAdapter: boolean,
) {
  const levels = (adapter: Adapter) => adapter.config.levels.map((l) => l.level).join(', ');
  const have = inAdapter
    ? `${model.source.label} has skip connections at levels ${[...new Set(sites.map((s) => s.level))].join(', ') || 'none'}`
    : adapters.map((each) => `adapter '${each.name}' has levels ${levels(each)}`).join('; ');
  const message = `Level ${level} cannot be grafted: ${have}.`;
  return { code: 'ADAPTER_MISMATCH', message } as const;
}

function isFloat(type: string | undefined): type is FloatType {
  return type === 'float32' || type === 'float16' || type === 'bfloat16';
}

/** Adapters by name, then digest, then labels: their given order does not matter. */
export function sortAdapters(adapters: readonly Adapter[]): Adapter[] {
  const keys = ({ name, digest, config }: Adapter) => [name, digest ?? '', config.labels.join()];
  return [...adapters].sort((a, b) => {
    const [left, right] = [keys(a), keys(b)];
    const at = left.findIndex((key, index) => key !== right[index]);
    if (at < 0) return 0;
    return left[at]! < right[at]! ? -1 : 1;
  });
}
