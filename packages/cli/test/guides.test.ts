import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { graft } from './graft.ts';
import { light } from './light.ts';

const guide = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/validate.md', import.meta.url)),
  'utf8',
);
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('docs/guides/validate.md', () => {
  it('its commands exit as the guide says', () => {
    const lines = [...guide.matchAll(/^npx graft (.*?)(?: *# (.*)| \|\| .*)?$/gm)];
    expect(lines).toHaveLength(7);
    const said: string[] = [];
    for (const [, command = ''] of lines) {
      const ended = graft(folder, ...light(command.trim().split(/\s+/)));
      // On a machine with CUDA this may run, too.
      const fine = command.includes('cuda') ? [0, 6] : [0];
      expect({ command, ...ended, fine: fine.includes(ended.status ?? -1) }).toMatchObject({
        fine: true,
      });
      if (command.startsWith('validate grafted.onnx --base')) said.push(ended.stdout);
    }
    // The guide shows exactly the checks that run, in their order.
    const names = (text: string) =>
      [...text.matchAll(/^[✓✗–] {2}(\S.*?) {2}/gm)].map((match) => match[1]);
    const made = names(said.join(''));
    expect(made.length).toBeGreaterThan(15);
    expect(names(guide)).toEqual(made);
  });
});
