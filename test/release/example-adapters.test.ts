import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { hostOf, planGraft } from '@pip-graft/graft';
import { nodeSha256 } from '@pip-graft/graft/node';
import { readAdapter } from '@pip-graft/pip-core/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  const script = ['scripts/example-adapters.mjs', '--into', folder];
  const ended = spawnSync(process.execPath, script, { cwd: root, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(ended.stderr);
});

describe.each(['nafnet-small', 'restormer-small', 'promptir-small'] as const)(
  'packages/adapter-%s',
  (preset) => {
    const committed = join(root, 'packages', `adapter-${preset}`);

    it("matches the script's output, byte for byte", () => {
      const made = join(folder, `adapter-${preset}`);
      for (const name of readdirSync(made))
        expect(readFileSync(join(committed, name)).equals(readFileSync(join(made, name)))).toBe(
          true,
        );
    });

    it('fits the small backbone and says that it is untrained', () => {
      const adapter = readAdapter(committed, { only: true });
      expect(adapter).toMatchObject({ training: null, base: { name: preset }, license: 'MIT' });
      const host = hostOf(buildBackbone(backbonePresets[preset], 0), { newHash: nodeSha256 });
      const plan = planGraft(host, adapter);
      expect(plan.summary.warnings).toEqual([expect.stringMatching(/is untrained$/)]);
      expect(readFileSync(join(committed, 'README.md'), 'utf8')).toContain('**Untrained.**');
    });
  },
);
