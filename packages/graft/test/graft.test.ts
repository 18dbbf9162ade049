import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildNafnet,
  initialWeights,
  nafnetDefaults,
  nafnetParameters,
} from '@pip-graft/backbones';
import {
  applyGraft,
  bytesSource,
  freshAdapter,
  GraftError,
  hostOf,
  modelBytes,
  planGraft,
  readGraft,
  readModel,
  tryPlan,
  ungraft,
  version,
} from '@pip-graft/graft';
import { openAdapter, openHost, saveModel } from '@pip-graft/graft/node';
import { saveExternalized } from '@pip-graft/onnx-graft/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const config = { ...nafnetDefaults, width: 8, encoder: [1, 1], decoder: [1, 1] };
const bytes = modelBytes(buildNafnet(config, initialWeights(nafnetParameters(config), 7)));
const host = hostOf(readModel(bytesSource(bytes)));
const adapter = freshAdapter(host, { labels: ['rain', 'haze'], seed: 3 });
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-library-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('from bytes to bytes', () => {
  it('grafts, stamps and removes the graft byte for byte', () => {
    const plan = planGraft(host, adapter);
    const model = applyGraft(plan);
    expect(plan.summary.levels.map(({ site }) => site.level).sort()).toEqual([1, 2]);
    const grafted = readModel(bytesSource(modelBytes(model)));
    expect(readGraft(grafted)).toMatchObject({
      tool: { name: 'graft', version },
      labels: ['rain', 'haze'],
      host: host.identity(),
    });
    expect(Buffer.from(modelBytes(ungraft(grafted).model)).equals(Buffer.from(bytes))).toBe(true);
  });

  it('grafts the chosen sites', () => {
    const plan = planGraft(host, adapter, { sites: '^1' });
    expect(plan.summary.levels.map(({ site }) => site.level)).toEqual([2]);
    expect(() => planGraft(host, adapter, { sites: '7' })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
    );
  });

  it('rejects a host that the adapter was not made for', () => {
    const other = { ...config, width: 16 };
    const stranger = hostOf(buildNafnet(other, initialWeights(nafnetParameters(other), 7)));
    const result = tryPlan(stranger, adapter);
    expect(result).toMatchObject({ status: 'refused' });
    expect(() => planGraft(stranger, adapter)).toThrow(GraftError);
    expect(() => planGraft(stranger, adapter)).toThrow(/fingerprint/);
  });
});

describe('from file to file', () => {
  it('gives the same bytes as the browser entry point', async () => {
    const path = join(folder, 'host.onnx');
    await saveModel(host.model, path);
    const opened = await openHost(path);
    expect(opened.identity()).toEqual(host.identity());
    const fresh = await openAdapter('init:labels=rain+haze,seed=3', {
      for: opened,
      cwd: folder,
    });
    const output = join(folder, 'grafted.onnx');
    await saveModel(applyGraft(planGraft(opened, fresh)), output);
    opened.close();
    const inMemory = modelBytes(applyGraft(planGraft(host, fresh)));
    expect(readFileSync(output).equals(Buffer.from(inMemory))).toBe(true);
  });

  it.runIf(process.platform === 'linux')('closes a host that cannot be opened', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    mkdirSync(join(folder, 'own'));
    const path = join(folder, 'own/host.onnx');
    await saveExternalized(host.model, path, { threshold: 0 });
    const home = { target: join(folder, 'elsewhere/host.onnx'), external: 'reference' } as const;
    const before = open();
    for (let time = 0; time < 5; time++)
      await expect(openHost(path, home)).rejects.toThrow(/cannot be referenced from/);
    expect(open()).toBe(before);
  });

  it('leaves nothing behind after an aborted save', async () => {
    const path = join(folder, 'aborted.onnx');
    const signal = AbortSignal.abort();
    await expect(saveModel(host.model, path, { signal })).rejects.toThrow(/abort/i);
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
  });
});
