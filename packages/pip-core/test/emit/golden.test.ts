import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Golden, readGolden } from '../golden.ts';
import { type Level, maxError, oneSite, runOneSite, type SiteValues } from '../one-site.ts';

/** Issue 2: maximum absolute error in float32 on O(1) data. */
const tolerance = 1e-4;

const values: Record<string, keyof SiteValues> = {
  S: 'semanticMap',
  P: 'prompt',
  U: 'universalPrompt',
  modulated: 'modulated',
  merged: 'output',
};

const cases = readdirSync(new URL('../goldens/', import.meta.url))
  .map((file) => file.replace(/\.safetensors$/, ''))
  .filter((name) => name.startsWith('pip-'))
  .sort();

async function errors(
  golden: Golden,
  opset: number,
  level: Level,
): Promise<Record<string, number>> {
  const site = oneSite(golden.config, golden.tensors, { opset });
  const results = await runOneSite(site, golden.feeds, Object.values(values), level);
  return Object.fromEntries(
    Object.keys(values).map((name, i) => [name, maxError(results[i]!, golden.outputs.get(name)!)]),
  );
}

function expectSmall(measured: Record<string, number>): void {
  const text = Object.entries(measured).map(([name, error]) => `${name} ${error.toExponential(1)}`);
  expect(
    Math.max(...Object.values(measured)),
    `max abs error: ${text.join(', ')}`,
  ).toBeLessThanOrEqual(tolerance);
  if (process.env['PIP_SHOW_ERRORS']) process.stderr.write(`${text.join(', ')}\n`);
}

describe('emitPip against the independent PyTorch implementation', () => {
  it('covers every mode, with fewer, as many and more feature channels than the prompt’s', () => {
    const kinds = cases.map(readGolden).map(({ config: { mode, levels } }) => {
      const { channels, promptChannels } = levels[0]!;
      return `${mode} ${Math.sign(channels - promptChannels)}`;
    });
    expect(new Set(kinds).size).toBe(15);
  });

  it.each(cases)('%s', async (name) => {
    expectSmall(await errors(readGolden(name), 17, 'basic'));
  });

  it.each([11, 12, 13, 17, 18, 20, 21, 23])('every mode at operator set %i', async (opset) => {
    for (const name of [
      'topm-less-residual',
      'cross-more-blend',
      'convgate-more-residual',
      'promptir-gate-more',
      'promptir-equal',
    ]) {
      expectSmall(await errors(readGolden(`pip-${name}`), opset, 'basic'));
    }
  });

  it('with all optimisations of the runtime', async () => {
    for (const name of cases) expectSmall(await errors(readGolden(name), 18, 'all'));
  });
});
