import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graft, json } from './graft.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
// Inside this package, so that the example finds the packages it imports.
const example = fileURLToPath(new URL('./generated/readme-example.ts', import.meta.url));
const checkpoints = {
  'motion_deblurring.pth': 'restormer.pth',
  'NAFNet-GoPro-width32.pth': 'nafnet.pth',
  'pip.pkl': 'pip_cross_topm.pkl',
};
const before = process.cwd();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-readme-'));
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  rmSync(join(example, '..'), { recursive: true, force: true });
});

it('its command lines run as they stand', () => {
  const lines = [...readme.matchAll(/^npx graft (.*?)(?:\s+#.*)?$/gm)].map((match) =>
    match[1]!.split(/\s+/),
  );
  expect(lines).toHaveLength(19);
  // The checkpoints that it names, as PyTorch saves them; small ones.
  for (const [name, file] of Object.entries(checkpoints)) {
    copyFileSync(join(root, 'test/checkpoints', file), join(folder, name));
  }
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photo.jpg'));
  // What `npm install` puts there.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  // The config is the install guide's, where the line comes from.
  const guide = readFileSync(join(root, 'docs/guides/install.md'), 'utf8');
  const [, config = ''] = /```json\n([\s\S]*?)```/.exec(guide)!;
  writeFileSync(join(folder, 'graft.config.json'), config);
  for (const args of lines) {
    const ended = graft(
      folder,
      ...args.map((word) => (word.startsWith('assets/') ? join(root, word) : word)),
    );
    expect({ args, status: ended.status, stderr: ended.stderr }).toMatchObject({ status: 0 });
  }
  expect(
    readFileSync(join(folder, 'again.onnx')).equals(readFileSync(join(folder, 'host.onnx'))),
  ).toBe(true);
});

it('its library example runs as it stands and grafts', async () => {
  const [code] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
  mkdirSync(join(example, '..'), { recursive: true });
  writeFileSync(example, code!);
  process.chdir(folder);
  rmSync('grafted.onnx');
  await import(pathToFileURL(example).href);
  expect(json(folder, 'inspect', 'grafted.onnx')['graft']).toMatchObject({
    labels: ['rain', 'haze'],
    adapters: [{ attach: 'replace' }],
  });
  expect(json(folder, 'remove', 'grafted.onnx', '-o', 'back.onnx')).toMatchObject({
    identical: true,
  });
});
