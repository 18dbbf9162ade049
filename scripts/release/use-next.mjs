import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { root, run } from '../install.mjs';
import { fromTarballs } from './install-packed.mjs';
import { npm } from './npm.mjs';
import { pack } from './pack.mjs';

const address = 'http://127.0.0.1:3457';

/**
 * Installs examples/next with the tarballs, builds it, and has its server and a browser restore an
 * image. Returns a list of problems. Without Chromium, the page is not tested. A build of Next.js
 * takes a minute or more, so this is not part of `npm test`.
 */
export async function useNext(packed, folder) {
  cpSync(join(root, 'examples/next'), folder, { recursive: true });
  const restorer = join(root, 'packages/restorer');
  const manifest = JSON.parse(readFileSync(join(restorer, 'package.json'), 'utf8'));
  const [model] = pack([{ folder: restorer, manifest }], folder);
  const ours = fromTarballs([...packed, model]);
  const path = join(folder, 'package.json');
  const project = JSON.parse(readFileSync(path, 'utf8'));
  const { overrides } = ours;
  const dependencies = { ...project.dependencies, ...ours.dependencies };
  writeFileSync(path, JSON.stringify({ ...project, dependencies, overrides }, null, 2));
  npm(folder, ['install', '--no-audit', '--no-fund', '--prefer-offline']);
  mkdirSync(join(folder, 'public'), { recursive: true });
  cpSync(
    join(folder, 'node_modules/@pip-graft/restorer/model.onnx'),
    join(folder, 'public/model.onnx'),
  );
  const next = join(folder, 'node_modules/next/dist/bin/next');
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  const built = run(process.execPath, [next, 'build'], { cwd: folder, env, encoding: 'utf8' });
  if (built.status !== 0) return [`next build: ${built.stdout}${built.stderr}`];
  const args = [next, 'start', '-H', '127.0.0.1', '-p', '3457'];
  const server = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
  try {
    return [...(await restores()), ...(await restoresInPage())];
  } finally {
    server.kill();
    await once(server, 'exit');
  }
}

async function restores() {
  for (let tries = 0; tries < 60; tries++) {
    const page = await fetch(address).catch(() => undefined);
    if (page?.ok) break;
    await wait(1000);
  }
  const form = new FormData();
  form.set('image', new Blob([readFileSync(join(root, 'assets/chelsea.jpg'))]), 'chelsea.jpg');
  const answer = await fetch(`${address}/api/restore`, { method: 'POST', body: form });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const isPng = answer.status === 200 && bytes[1] === 0x50;
  return isPng ? [] : [`the server answered ${answer.status}: ${new TextDecoder().decode(bytes)}`];
}

/** Does what a user does: opens the page and chooses an image. */
async function restoresInPage() {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) return [];
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(address);
    await page.setInputFiles('section input', join(root, 'assets/chelsea.jpg'));
    await page.waitForFunction(
      "!/^(Restoring…)?$/.test(document.querySelector('[role=status]').textContent)",
    );
    const status = await page.textContent('[role=status]');
    const width = await page.evaluate("document.querySelector('canvas').width");
    const isRestored = status?.startsWith('Restored on wasm') && width === 384;
    return isRestored ? [] : [`the page says '${status}', and its canvas is ${width} wide`];
  } finally {
    await browser.close();
  }
}
