import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { graft, json } from './graft.ts';

const guide = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/several-adapters.md', import.meta.url)),
  'utf8',
);
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (name: string) => readFileSync(join(folder, name));

it('the commands of docs/guides/several-adapters.md succeed and do what the guide says', () => {
  const lines = [...guide.matchAll(/^npx graft (.*)$/gm)].map(([, line = '']) => line.trim());
  expect(lines).toHaveLength(10);
  for (const line of lines) {
    const ended = graft(folder, ...line.split(/\s+/));
    expect({ line, ...ended }).toMatchObject({ status: 0 });
  }
  expect(bytes('back.onnx').equals(bytes('host.onnx'))).toBe(true);
  expect(json(folder, 'inspect', 'both.onnx')).toMatchObject({ graft: { labels: ['noise'] } });
  expect(json(folder, 'inspect', 'fixed.onnx')).toMatchObject({
    graft: { labels: ['noise', 'rain', 'haze'], inputs: null },
  });
});
