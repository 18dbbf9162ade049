import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { graft, json } from './graft.ts';
import { light } from './light.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guides/blind.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (name: string) => readFileSync(join(folder, name));

describe('docs/guides/blind.md', () => {
  it('its commands succeed and do what the guide says', () => {
    mkdirSync(join(folder, 'photos'));
    copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photos/chelsea.jpg'));
    const lines = [...guide.matchAll(/^(npx graft|cp -r) (.*)$/gm)];
    expect(lines).toHaveLength(12);
    const said: string[] = [];
    for (const [line, tool, rest = ''] of lines) {
      const words = rest.split(/\s+/);
      if (tool === 'cp -r') {
        cpSync(join(folder, words[0]!), join(folder, words[1]!), { recursive: true });
        continue;
      }
      const ended = graft(folder, ...light(words));
      expect({ line, ...ended }).toMatchObject({ status: 0 });
      said.push(ended.stdout);
    }
    expect(bytes('again.onnx').equals(bytes('host.onnx'))).toBe(true);
    expect(bytes('own.onnx').equals(bytes('blind.onnx'))).toBe(false);
    expect(said.join('')).toMatch(/chelsea.jpg: (nothing found|(noise|rain|low-light) \d+ %)/);
    expect(said.join('')).toMatch(/noise found in [01] of 1 +found by the sensor/);
    expect(json(folder, 'inspect', 'blind.onnx')).toMatchObject({
      graft: { auto: { name: 'my-sensor', trained: true, output: 'degradation_found' } },
      outputs: [{}, { name: 'degradation_found', dims: [expect.anything(), 3] }],
    });
  });

  it('rejects options that contradict each other', () => {
    const apply = ['apply', 'host.onnx', '--adapter', './my-adapter', '-o', 'no.onnx'];
    const fresh = ['apply', 'host.onnx', '--adapter', 'init:labels=fog+rain', '-o', 'no.onnx'];
    const sensor = ['train', 'sensor', '--data', 'photos', '-o', 'other'];
    for (const [args, status, message] of [
      [[...apply, '--auto', './my-sensor', '--bake', 'rain'], 2, /bake/],
      [[...fresh, '--auto', './my-sensor'], 4, /does not know fog/],
      [[...fresh, '--auto'], 2, /fresh adapter carries no sensor/],
      [[...apply, '--auto', './nowhere'], 7, /nowhere/],
      [
        ['swap', 'blind.onnx', '--adapter', './my-adapter', '-o', 'no.onnx'],
        2,
        /choose the sensor/,
      ],
      [sensor, 2, /give either labels/],
      [[...sensor, '--labels', 'rain+rain'], 2, /rain/],
      [[...sensor, '--labels', 'rain+fog'], 2, /fog/],
      [
        ['train', 'sensor', '--labels', 'rain+noise', '-o', 'other'],
        2,
        /no images to train on; pass --data/,
      ],
      [[...sensor.slice(0, -1), 'my-sensor', '--labels', 'rain+noise'], 7, /a sensor is there/],
      [
        ['eval', 'host.onnx', '--data', 'photos', '--degrade', 'noise:25', '--blind'],
        2,
        /no sensor/,
      ],
    ] as const) {
      const ended = graft(folder, ...args);
      expect({ args, ...ended }).toMatchObject({ status, stderr: expect.stringMatching(message) });
    }
  });
});
