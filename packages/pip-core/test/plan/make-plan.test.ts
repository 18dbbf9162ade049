import { makePlan, type PlanRequest, requirePlan } from '@pip-graft/pip-core';
import { describe, expect, it } from 'vitest';
import { tinyHost, tinyRequest } from '../tiny-host.ts';

const host = tinyHost();
const request = tinyRequest(host);

/** The codes and messages of a rejected plan. */
function refusals(change: Partial<PlanRequest>): string {
  const result = makePlan({ ...request, ...change });
  return result.status === 'refused'
    ? result.refusals.map(({ code, message }) => `${code} ${message}`).join('\n')
    : '';
}

const summaryOf = (asked: PlanRequest) => requirePlan(makePlan(asked)).summary;

describe('makePlan', () => {
  it('says what will be done, deepest level first, as the host reads them', () => {
    const plan = summaryOf(request);
    expect(plan.levels.map(({ site, dataType }) => [site.level, site.value, dataType])).toEqual([
      [2, host.sites[1]!.value, 'float32'],
      [1, host.sites[0]!.value, 'float32'],
    ]);
    expect(plan).toMatchObject({
      prefix: 'pip',
      inputs: { degradation: 'degradation', strength: 'strength' },
      defaultDegradation: [1 / 3, 1 / 3, 1 / 3],
      baked: null,
      adapters: [{ trained: false, mode: 'convgate', attach: 'residual' }],
      warnings: ["adapter 'init' is untrained"],
    });
    expect(plan.parameters).toBe(
      [...request.adapter.tensors.values()].reduce((sum, t) => sum + t.data.length, 0),
    );
  });

  it('is plain data', () => {
    const plan = summaryOf(request);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('chooses names that the host does not have', () => {
    const taken = tinyHost({ inputName: 'degradation' });
    const plan = summaryOf({ ...request, ...taken });
    expect(plan.inputs).toEqual({ degradation: 'degradation_2', strength: 'strength' });
    const prefixed = tinyHost({ inputName: 'pip/image' });
    expect(summaryOf({ ...request, ...prefixed }).prefix).toBe('pip_2');
  });

  it('bakes weights and strength', () => {
    const bake = { weights: { haze: 1, rain: 0.5 }, strength: 0.7 };
    const plan = summaryOf({ ...request, options: { bake } });
    expect(plan).toMatchObject({ inputs: null, baked: { weights: [0.5, 1, 0], strength: 0.7 } });
  });

  it('accepts some of the levels', () => {
    const plan = summaryOf({ ...request, options: { levels: [2] } });
    expect(plan.levels.map(({ site }) => site.level)).toEqual([2]);
    expect(plan.warnings).toContain('level 1 of the host stays as it is');
  });

  it('warns about a newer operator set, and an adapter without a base', () => {
    const model = { ...host.model, opsets: new Map([['', 25]]) };
    const adapter = {
      ...request.adapter,
      base: { family: 'unet', name: null, fingerprint: null, digest: null },
    };
    const warnings = summaryOf({ ...request, model, adapters: [adapter] }).warnings.join();
    expect(warnings).toMatch(/operator set 25 is newer than 23/);
    expect(warnings).toMatch(/does not say for which unet it was made/);
  });

  const { adapter } = request;
  const [skip1, skip2] = host.sites as [PlanRequest['sites'][0], PlanRequest['sites'][0]];
  /** The host's facts except for level 1. */
  const factsWith = (
    fact: ReturnType<PlanRequest['facts']['value']>,
    channels?: number,
  ): PlanRequest['facts'] => ({
    value: (name) => (name === skip1.value ? fact : host.facts.value(name)),
    channels: (name) => (name === skip1.value ? channels : host.facts.channels(name)),
  });
  const refused: [string, Partial<PlanRequest>, RegExp][] = [
    [
      'a grafted host',
      tinyHost({ metadata: { pip_graft: '{}' } }),
      /^ALREADY_GRAFTED .*graft remove/,
    ],
    [
      'an old operator set',
      { model: { ...host.model, opsets: new Map([['', 10]]) } },
      /^UNSUPPORTED_HOST .*operator set 10/,
    ],
    [
      'an old IR version',
      { model: { ...host.model, irVersion: 3 }, options: { inputs: 'optional' } },
      /^UNSUPPORTED_HOST .*IR version 3/,
    ],
    ['no sites', { sites: [] }, /NO_SITES .*no skip connection/],
    [
      'integers',
      { facts: factsWith({ dataType: 'int8', dims: undefined }) },
      /^UNSUPPORTED_HOST .*level 1.*int8/,
    ],
    [
      'another rank',
      { facts: factsWith({ dataType: 'float32', dims: [1, 8, 4] }) },
      /^UNSUPPORTED_LAYOUT .*rank 3/,
    ],
    [
      'another count of channels than located',
      { facts: factsWith({ dataType: 'float32', dims: undefined }, 5) },
      /^UNSUPPORTED_LAYOUT/,
    ],
    [
      'another host’s channels',
      {
        sites: [{ ...skip1, channels: 9 }, skip2],
        facts: factsWith({ dataType: 'float32', dims: undefined }),
      },
      /^ADAPTER_MISMATCH .*level 1.*9 channels.*made for 8/,
    ],
    [
      'another family',
      { family: 'nafnet' },
      /^ADAPTER_MISMATCH .*made for unet, and the host is nafnet/,
    ],
    [
      'another fingerprint',
      { fingerprint: 'tiny-2' },
      /^ADAPTER_MISMATCH .*fingerprint is tiny-1, the host's tiny-2/,
    ],
    ['a level without a site', { sites: [skip1] }, /^ADAPTER_MISMATCH Level 2 .*levels 1/],
    [
      'a level that the adapter lacks',
      { options: { levels: [3] } },
      /^ADAPTER_MISMATCH Level 3 .*has levels 1, 2/,
    ],
    ['no level', { options: { levels: [] } }, /^INVALID_ARGUMENT/],
    [
      'a use that is not one',
      { sites: [{ ...skip1, uses: [{ node: 0, input: 0 }] }, skip2] },
      /^INVALID_ARGUMENT .*level 1.*does not read it/,
    ],
    [
      'missing tensors',
      { adapters: [{ ...adapter, tensors: new Map() }] },
      /^ADAPTER_INVALID .*missing/,
    ],
    [
      'an unknown label',
      { options: { bake: { weights: { snow: 1 } } } },
      /^UNKNOWN_LABEL .*'snow'/,
    ],
    ['zero weights', { options: { bake: { weights: [0, 0, 0] } } }, /^INVALID_WEIGHTS/],
    [
      'a strength that is no number',
      { options: { bake: { weights: [1, 0, 0], strength: Number.NaN } } },
      /^INVALID_ARGUMENT .*NaN/,
    ],
  ];

  it.each(refused)('rejects %s', (_, change, message) => {
    expect(refusals(change)).toMatch(message);
    expect(refusals(change).split('\n')).toHaveLength(1);
  });

  it('gives all reasons at once and throws the first code', () => {
    const result = makePlan({ ...request, family: 'nafnet', sites: [] });
    expect(refusals({ family: 'nafnet', sites: [] }).split('\n')).toHaveLength(2);
    expect(() => requirePlan(result)).toThrow(expect.objectContaining({ code: 'NO_SITES' }));
    expect(result).toMatchObject({
      refusals: [{ code: 'NO_SITES' }, { code: 'ADAPTER_MISMATCH' }],
    });
  });

  it('accepts a wrong base on request, with a warning', () => {
    const plan = summaryOf({ ...request, fingerprint: 'other', options: { allowUnbound: true } });
    expect(plan.warnings.join()).toMatch(/made for another unet/);
  });
});
