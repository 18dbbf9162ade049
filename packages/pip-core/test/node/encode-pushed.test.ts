import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initAdapter } from '@pip-graft/pip-core';
import { encodePushed, writeAdapter } from '@pip-graft/pip-core/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const host = { family: 'unet', sites: [{ level: 1, channels: 8, scale: 1 }] };
const adapter = initAdapter(host, { promptChannels: [8], promptSize: [3], name: 'rain' });

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pip-core-'));
  await writeAdapter(folder, adapter);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('encodePushed', () => {
  it("takes the adapter's own files and names the absent ones", () => {
    writeFileSync(join(folder, 'LICENSE'), 'MIT');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const { files, absent } = encodePushed(folder, 'hf:me/rain');
    expect(files.map(([name]) => name)).toEqual([
      'README.md',
      'adapter_model.safetensors',
      'package.json',
      'LICENSE',
      'adapter_config.json',
    ]);
    expect(absent).toContain('sensor/sensor_config.json');
    expect(absent).not.toContain('LICENSE');
    expect(absent).not.toContain('sensor_config.json');
  });

  it("writes a card for the hub and keeps the owner's text", () => {
    const card = join(folder, 'README.md');
    const owners = '\n## Mine\n\nTrained on my own photos.\n';
    const before = String(encodePushed(folder, 'hf:me/rain').files[0]![1]);
    writeFileSync(card, before + owners);
    const [[name, after]] = encodePushed(folder, 'hf:me/rain@v2/small').files as [[string, string]];
    expect(name).toBe('README.md');
    expect(after).toContain('--adapter hf:me/rain@v2/small -o OUT.onnx');
    expect(after).not.toContain('npm install');
    expect(after.endsWith(owners)).toBe(true);
  });

  it('rejects a link to a file elsewhere', () => {
    symlinkSync('/etc/hostname', join(folder, 'NOTICE'));
    expect(() => encodePushed(folder, 'hf:me/rain')).toThrow(
      expect.objectContaining({ code: 'UNSAFE_FILE' }),
    );
  });
});
