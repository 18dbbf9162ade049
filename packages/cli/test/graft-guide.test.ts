import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { graft } from './graft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'graft-guide-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** The checkpoints that the guide names, as PyTorch saves them; small ones. */
const checkpoints = {
  'motion_deblurring.pth': 'restormer.pth',
  'NAFNet-GoPro-width32.pth': 'nafnet.pth',
  'pip.pkl': 'pip_cross_topm.pkl',
};

/** Runs the lines of a guide that start the command; what each printed. */
function runLines(name: string): string[] {
  const guide = readFileSync(join(root, 'docs/guides', name), 'utf8');
  const lines = [...guide.matchAll(/^npx graft (.*?)(?:\s+#.*)?$/gm)]
    .map(([, line]) => line!)
    // Takes a minute, and the test of its own guide runs the same line.
    .filter((line) => !line.startsWith('validate '));
  return lines.map((line) => {
    const ended = graft(folder, ...line.split(/\s+/));
    expect({ line, ...ended }).toMatchObject({ status: 0 });
    return ended.stdout;
  });
}

describe('docs/guides/graft.md', () => {
  it('its command lines run, and the drawn network is as shown', () => {
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

describe('docs/guides/from-a-checkpoint.md', () => {
  it('its command lines run', () => {
    for (const [name, file] of Object.entries(checkpoints))
      copyFileSync(join(root, 'test/checkpoints', file), join(folder, name));
    expect(runLines('from-a-checkpoint.md')).toHaveLength(6);
  });
});
