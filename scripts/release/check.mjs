import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPacked } from './install-packed.mjs';
import { lint } from './lint.mjs';
import { npm } from './npm.mjs';
import { pack } from './pack.mjs';
import { modelPackages, publishedPackages } from './packages.mjs';
import { useBlocked } from './use-blocked.mjs';
import { useCommand } from './use-command.mjs';
import { useGuide } from './use-guide.mjs';
import { useLibrary } from './use-library.mjs';
import { useNext } from './use-next.mjs';

/**
 * Packs, inspects and uses every package as its users would. Returns what was packed, and a list of
 * problems per step.
 *
 * @param {object} options
 * @param {boolean} options.guide whether to follow docs/guides/install.md, with onnxruntime (72 MB)
 * @param {boolean} options.optional whether to do all other steps with onnxruntime and sharp's
 *   binaries
 * @param {(name: string, wrong: readonly string[]) => void} [options.onStep]
 */
export async function check({ optional, guide, onStep = () => {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-release-'));
  try {
    const packed = pack(publishedPackages(), folder);
    /** @type {Record<string, string[]>} */
    const steps = {};
    const step = async (name, action) => {
      steps[name] = await action();
      onStep(name, steps[name]);
    };
    await step('lint', async () =>
      (
        await Promise.all(
          packed.map(async (one) => (await lint(one)).map((line) => `${one.name}: ${line}`)),
        )
      ).flat(),
    );
    await step('publish', () => packed.flatMap(dryRun));
    for (const withOptional of optional ? [false, true] : [false]) {
      const project = join(folder, withOptional ? 'whole' : 'lean');
      mkdirSync(project);
      installPacked(packed, project, { optional: withOptional });
      const suffix = withOptional ? ' with onnxruntime' : '';
      await step(`command${suffix}`, () => useCommand(project, { optional: withOptional }));
      await step(`library${suffix}`, () => useLibrary(packed, project, { optional: withOptional }));
    }
    if (guide)
      await step('guide', () =>
        useGuide([...packed, ...pack(modelPackages(), folder)], join(folder, 'guide')),
      );
    if (optional) await step('blocked', () => useBlocked(packed, join(folder, 'blocked')));
    if (optional) await step('next', () => useNext(packed, join(folder, 'next')));
    return { packed, steps };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Dry-runs `npm publish`; the unreachable registry shows that no request is made.
 */
function dryRun({ name, folder }) {
  const args = [
    'publish',
    '--dry-run',
    '--json',
    '--ignore-scripts',
    '--fetch-retries=0',
    '--registry',
    'http://127.0.0.1:9',
  ];
  try {
    npm(folder, [...args, '--provenance=false', '--tag', 'latest']);
    return [];
  } catch (error) {
    return [`${name}: ${/** @type {Error} */ (error).message}`];
  }
}
