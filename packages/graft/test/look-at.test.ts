import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import {
  applyGraft,
  bytesSource,
  freshAdapter,
  hostOf,
  inputKinds,
  locateUnder,
  lookAt,
  modelBytes,
  planGraft,
  readModel,
} from '@pip-graft/graft';
import { describe, expect, it } from 'vitest';

const small = {
  nafnet: { ...backbonePresets['nafnet-small'].config, width: 8, encoder: [1, 1], decoder: [1, 1] },
  restormer: { ...backbonePresets['restormer-small'].config, dim: 8, blocks: [1, 1, 1, 1] },
} as const;

describe.each([
  ['nafnet', 1, [1, 2]],
  ['restormer', 8, [1, 2, 3]],
] as const)('a grafted %s', (family, sizeMultiple, levels) => {
  const backbone = { family, config: small[family] } as Parameters<typeof buildBackbone>[0];
  const host = hostOf(buildBackbone(backbone, 1));
  const adapter = freshAdapter(host, { labels: ['rain', 'haze'] });

  it.each(inputKinds)('with inputs %s is described like its host', (inputs) => {
    const grafted = applyGraft(planGraft(host, adapter, { inputs }));
    const model = readModel(bytesSource(modelBytes(grafted)));
    expect(lookAt(model)).toMatchObject({
      family,
      sizeMultiple,
      graft: { labels: ['rain', 'haze'], inputKind: inputs },
    });
    expect(locateUnder(model).sites.map(({ level }) => level)).toEqual(levels);
    expect(lookAt(host.model)).toEqual({ family, sizeMultiple, graft: null });
  });

  it('is rejected as a host', () => {
    const again = hostOf(applyGraft(planGraft(host, adapter)));
    expect(() => planGraft(again, adapter)).toThrow(/already carries a graft.*graft swap/);
    expect(() => freshAdapter(again)).toThrow(/already carries a graft/);
  });
});
