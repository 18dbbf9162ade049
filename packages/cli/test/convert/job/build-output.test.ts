import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshAdapter } from '@pip-graft/graft';
import { openHost, writeAdapter } from '@pip-graft/graft/node';
import { openModel } from '@pip-graft/onnx-graft/node';
import { readGraft } from '@pip-graft/pip-core';
import { bytesOf, wrappedUnet } from '@pip-graft/test-utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobConfig } from '../../../src/convert/config/schema.ts';
import { buildOutput } from '../../../src/convert/job/build-output.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-job-'));
  mkdirSync(join(folder, 'staging'));
  writeFileSync(join(folder, 'host.onnx'), bytesOf(wrappedUnet({ sigma: [1, 1, 1, 1] })));
});
afterAll(() => rmSync(folder, { recursive: true }));

const build = (more: Partial<JobConfig>) =>
  buildOutput({
    config: {
      name: 'a',
      source: { onnx: 'host.onnx' },
      output: 'a.onnx',
      adapters: ['init:labels=rain'],
      ...more,
    },
    folder,
    staging: join(folder, 'staging'),
    sourceOutput: null,
    sourceSeeded: false,
  });

test("the range and feeds of a job are in the graft's stamp", async () => {
  const { path } = await build({ range: '0..255', feeds: { sigma: 25 } });
  const opened = openModel(path);
  const image = readGraft(opened.model)?.host.image;
  opened.close();
  const side = { range: '0..255', order: 'rgb' };
  expect(image).toMatchObject({ feeds: { sigma: 25 }, values: { input: side, output: side } });
});

test('rejects a missing value for an input besides the image', async () => {
  await expect(build({})).rejects.toThrow(
    /input 'sigma'; pass its value, as `feeds` or with --feed sigma=/,
  );
});

test('accepts an adapter that is bound to the bytes of the source, with weights in a file', async () => {
  using host = await openHost(join(folder, 'host.onnx'));
  const fresh = freshAdapter(host, { labels: ['rain'] });
  const bound = { ...fresh, base: { ...fresh.base, fingerprint: null } };
  expect(bound.base.digest).toMatch(/^sha256:/);
  await writeAdapter(join(folder, 'bound'), bound);
  const { path, warnings } = await build({
    adapters: ['./bound'],
    external: 'file',
    feeds: { sigma: 25 },
  });
  expect(warnings).toEqual(["adapter 'init' is untrained"]);
  expect(readdirSync(join(folder, 'staging')).some((name) => name.startsWith('a.onnx.data'))).toBe(
    true,
  );
  const opened = openModel(path);
  const stamp = readGraft(opened.model);
  opened.close();
  expect(stamp?.adapters).toHaveLength(1);
  expect(stamp?.host.digest).not.toBe(bound.base.digest);
});
