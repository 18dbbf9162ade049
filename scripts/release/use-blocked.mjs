import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../install.mjs';
import { npm } from './npm.mjs';
import { servePacked } from './serve-packed.mjs';

/** How each package manager is started, adds a package, and runs an installed program. */
const managers = {
  npm: { start: ['npm'], add: 'install', run: ['exec', '--no', '--'] },
  pnpm: { start: script('pnpm/bin/pnpm.cjs'), add: 'add', run: ['exec'] },
  'yarn 1': { start: script('yarn1/bin/yarn.js'), add: 'add', run: ['-s', 'run'] },
  'yarn 4': { start: script('yarn4/bin/yarn.js'), add: 'add', run: ['exec'] },
};

/**
 * Installs the command in an empty folder with each package manager in its default configuration,
 * with the downloads of install scripts blocked, and restores an image. Returns one line per
 * problem.
 */
export async function useBlocked(packed, folder) {
  installManagers(join(folder, 'managers'));
  const registry = await servePacked(packed);
  /** @type {string[]} */
  const wrong = [];
  for (const [name, { start, add, run }] of Object.entries(managers)) {
    const project = join(folder, name.replace(' ', ''));
    writeProject(project, registry.address);
    for (const words of [
      [add, '@pip-graft/cli'],
      [...run, 'graft', 'restore', 'host.onnx', 'photo.jpg', '-o', 'restored'],
    ]) {
      const { status, said } = await blocked(project, [...start, ...words]);
      if (status !== 0) wrong.push(`${name} ${words.join(' ')}: ended with ${status}: ${said}`);
    }
    if (!existsSync(join(project, 'restored/photo.jpg'))) wrong.push(`${name}: restored no image`);
    if (existsSync(join(project, 'node_modules/onnxruntime-node')))
      wrong.push(`${name}: installed onnxruntime-node, whose script downloads`);
  }
  registry.close();
  return wrong;
}

/** Where `installManagers` puts a package manager, relative to a project. */
function script(path) {
  return [process.execPath, join('..', 'managers/node_modules', path)];
}

function installManagers(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const versions = ['pnpm@10', 'yarn1@npm:yarn@1', 'yarn4@npm:@yarnpkg/cli-dist@4'];
  npm(folder, ['install', '--ignore-scripts', '--prefer-offline', ...versions]);
}

/** An empty project configured for our packages, with a model and an image. */
function writeProject(folder, address) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "blocked", "private": true }\n');
  writeFileSync(join(folder, '.npmrc'), `@pip-graft:registry=${address}/\n`);
  const scopes = `npmScopes:\n  pip-graft:\n    npmRegistryServer: '${address}'\n`;
  writeFileSync(
    join(folder, '.yarnrc.yml'),
    `${scopes}unsafeHttpWhitelist: ['127.0.0.1']\nenableTelemetry: false\n`,
  );
  // Otherwise Yarn uses the nearest project above it.
  writeFileSync(join(folder, 'yarn.lock'), '');
  copyFileSync(join(root, 'packages/backbone-nafnet-tiny/model.onnx'), join(folder, 'host.onnx'));
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photo.jpg'));
}

/** @param {string} cwd @param {string[]} line */
async function blocked(cwd, line) {
  const [command = '', ...words] = line;
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    ...process.env,
    // This repository ignores install scripts; users' projects do not.
    npm_config_ignore_scripts: 'false',
    // Yarn caches packages by version, and ours change between runs.
    YARN_CACHE_FOLDER: join(cwd, '.cache'),
    GLOBAL_AGENT_HTTP_PROXY: nowhere,
    GLOBAL_AGENT_HTTPS_PROXY: nowhere,
  };
  // npm is a shell script on Windows.
  const shell = process.platform === 'win32' && command === 'npm';
  const child = spawn(command, words, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = await once(child, 'close');
  return { status, said: (await said).join('') };
}
