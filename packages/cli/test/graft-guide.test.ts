import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { graft } from './graft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'graft-guide-'));
afterAll(() => rmSync(folder, { recursive: true }));
/**
 * Runs the commands of a guide; returns their output. `validate` takes a minute and has its own
 * test.
 */
function runLines(
  name: string,
  wanted = (line: string) => !line.startsWith('validate '),
): string[] {
  const guide = readFileSync(join(root, 'docs/guides', name), 'utf8');
  const lines = [...guide.matchAll(/^npx graft (.*?)(?:\s+#.*)?$/gm)]
    .map(([, line]) => line!)
    .filter(wanted);
  return lines.map((line) => {
    const ended = graft(folder, ...line.split(/\s+/));
    expect({ line, ...ended }).toMatchObject({ status: 0 });
    return ended.stdout;
  });
}

describe('docs/guides/graft.md', () => {
  it('its commands run and draw the network as shown', () => {
    copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photo.jpg'));
    const said = runLines('graft.md');
    expect(said).toHaveLength(9);
    const guide = readFileSync(join(root, 'docs/guides/graft.md'), 'utf8');
    const [, shown = ''] = /```\n(family [\s\S]*?)```/.exec(guide)!;
    expect(said[1]).toContain(shown);
    const bytes = (name: string) => readFileSync(join(folder, name));
    expect(bytes('again.onnx').equals(bytes('host.onnx'))).toBe(true);
  });
});

describe('docs/guides/checkpoints.md', () => {
  it('its commands for a PIP checkpoint run', () => {
    copyFileSync(join(root, 'test/checkpoints/pip_cross_topm.pkl'), join(folder, 'pip.pkl'));
    expect(runLines('checkpoints.md', (line) => line.includes('pip'))).toHaveLength(3);
  });
});
