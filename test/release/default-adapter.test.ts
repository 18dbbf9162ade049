import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  applyGraft,
  openHost,
  planGraft,
  readAdapter,
  readSensor,
  saveModel,
} from '@pip-graft/graft/node';
import { amounts } from '@pip-graft/imaging';
import { readImage } from '@pip-graft/restore';
import { evaluate, findTasks, validateGraft } from '@pip-graft/validate';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [backbone, adapterFolder] = ['backbone-nafnet-tiny', 'adapter-nafnet-tiny'].map((name) =>
  join(root, 'packages', name),
) as [string, string];
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const packed = (home: string): string[] =>
  (json(join(home, 'package.json')).files as string[]).map((name) => join(home, name));

describe('the default backbone and adapter', () => {
  const adapter = readAdapter(adapterFolder, { only: true });

  it('fit each other and record their training', async () => {
    const host = await openHost(join(backbone, 'model.onnx'));
    const plan = planGraft(host, adapter);
    const model = applyGraft(plan);
    await saveModel(model, join(folder, 'grafted.onnx'));
    host.close();
    expect(plan.summary.warnings).toEqual([]);
    expect(adapter.base.name).toBe('@pip-graft/backbone-nafnet-tiny');
    expect(adapter.training).toMatchObject({ seed: 0, learn: 'pip', loss: 'charbonnier' });
    expect(adapter.config.labels).toEqual(['noise', 'rain', 'haze', 'blur', 'low-light']);
  });

  it('ship no sensor that cannot be read', () => {
    const shipped = readdirSync(join(root, 'packages'), { withFileTypes: true })
      .map(({ name }) => join(root, 'packages', name))
      .filter((home) => existsSync(join(home, 'sensor')));
    expect(shipped.map((home) => readSensor(join(home, 'sensor')).config.labels)).toEqual(
      shipped.map((home) => json(join(home, 'adapter_config.json')).labels),
    );
  });

  it('take less than 6 MB together, in float16', () => {
    const files = [...packed(backbone), ...packed(adapterFolder)];
    const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
    expect(bytes).toBeLessThan(6e6);
    expect(adapter.config.dtype).toBe('float16');
  });

  it.each([backbone, adapterFolder])('name every photo, author and licence: %s', (home) => {
    const notice = readFileSync(join(home, 'NOTICE'), 'utf8');
    interface Source {
      readonly package: string;
      readonly photos: readonly { path: string; author: string; licence: string }[];
    }
    for (const source of json(join(root, 'scripts/default-adapter/photos.json')) as Source[]) {
      expect(notice).toContain(source.package);
      for (const { path, author, licence } of source.photos) {
        const line = notice.split('\n').find((each) => each.includes(path.split('/').at(-1)!));
        expect(line).toContain(author);
        expect(line).toContain(licence);
        expect(licence).toMatch(/^(CC0-1\.0|CC-BY-\d\.\d|public domain)$/);
      }
    }
  });

  it('pass validation on a photo where rounding flips a top-m choice', async () => {
    const image = await readImage(join(root, 'assets/chelsea.jpg'));
    const [base, grafted] = [join(backbone, 'model.onnx'), join(folder, 'grafted.onnx')];
    const { checks } = await validateGraft({ base, grafted, image, sizeMultiple: 1, threads: 1 });
    const open = checks.filter(({ status }) => status !== 'passed').map(({ name }) => name);
    expect(open).toEqual(['untrained is neutral']);
  });

  it('restore a photo that was not used in training', async () => {
    const degrade = (['noise', 'rain', 'haze', 'blur', 'low-light'] as const).map(
      (degradation) => ({ degradation, amount: amounts[degradation].usual }),
    );
    const { tasks } = await findTasks(join(root, 'assets'), { degrade });
    const result = await evaluate({ model: join(folder, 'grafted.onnx'), tasks, threads: 1 });
    const gains = Object.fromEntries(
      result.tasks.map(({ degrade: how, mean }) => [how!.degradation, mean!.gain!.psnr]),
    );
    expect(result.problems).toEqual([]);
    expect(result.average!.gain!.psnr).toBeGreaterThan(3);
    expect(gains['low-light']).toBeGreaterThan(8);
    expect(gains['haze']).toBeGreaterThan(5);
    expect(gains['rain']).toBeGreaterThan(1);
    // The host is best at noise; the adapter must not spoil it.
    expect(gains['noise']).toBeGreaterThan(-1);
  });
});
