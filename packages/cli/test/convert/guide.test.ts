import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { full } from '@pip-graft/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../src/convert/config/schema.ts';
import { graft } from '../graft.ts';

const guide = readFileSync(new URL('../../../../docs/guides/convert.md', import.meta.url), 'utf8');
const blocks = (kind: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text]) => text!,
  );
/** A config with a smaller network; `npm run test:full` uses the guide's own. */
function small(config: string): string {
  if (full) return config;
  const sized = config.replace(
    /(['"]?)seed\1: 1 /,
    (seed, quote) => `${seed.trim()}, ${quote}dim${quote}: 8, ${quote}blocks${quote}: [1, 1] `,
  );
  expect(sized).not.toBe(config);
  return sized;
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-guide-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/guides/convert.md', () => {
  it('its commands succeed and print what the guide says', () => {
    writeFileSync(join(folder, 'graft.config.json'), small(blocks('json')[0]!));
    const lines = [...blocks('sh')[0]!.matchAll(/^npx graft (.*?)(?: +# (.*))?$/gm)];
    expect(lines).toHaveLength(5);
    for (const [, command = '', says] of lines) {
      const ended = graft(folder, ...command.trim().split(/\s+/));
      expect({ command, ...ended }).toMatchObject({ status: 0 });
      if (says?.startsWith('nothing to do')) expect(ended.stdout).toContain(says);
    }
    for (const name of ['junit.xml', 'summary.md', 'report.html', 'graft.lock.json'])
      expect(existsSync(join(folder, name))).toBe(true);
  });

  it('its config in TypeScript works', () => {
    // The package cannot be imported outside the workspace; its one function returns its argument.
    const code = small(blocks('ts')[0]!).replace(
      /^import .*$/m,
      'const defineConfig = <T>(config: T): T => config;',
    );
    writeFileSync(join(folder, 'own.ts'), code);
    const ended = graft(folder, 'convert', '-c', 'own.ts', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      status: 'passed',
      jobs: [
        { name: 'rain', status: 'built' },
        { name: 'haze', status: 'built' },
      ],
    });
    expect(existsSync(join(folder, 'own.lock.json'))).toBe(true);
  });

  it('documents every key of a job and every gate', () => {
    const { jobs } = configSchema.shape;
    for (const key of Object.keys(jobs.element.shape)) {
      if (key !== 'name') expect(guide).toContain(`\`${key}\``);
    }
    for (const gate of Object.keys(jobs.element.shape.gates.unwrap().shape))
      expect(guide).toContain(`| \`${gate}\` |`);
  });
});
