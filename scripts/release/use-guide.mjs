import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';
import { npm } from './npm.mjs';

/**
 * Follows docs/guides/install.md literally in an empty folder: the packages come from their
 * tarballs, and after the installation there is no network. Returns one line per problem.
 */
export function useGuide(packed, folder) {
  const guide = readFileSync(join(root, 'docs/guides/install.md'), 'utf8');
  const blocks = [...guide.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, kind, text]) => ({
    kind,
    text,
  }));
  mkdirSync(folder);
  const asked = [...guide.matchAll(/^npm install .*/gm)].flatMap(([line]) => line.split(' '));
  prepare(
    packed.filter(({ name }) => !asked.includes(name)),
    folder,
  );
  const wrong = [];
  const outputs = {};
  for (const { kind, text } of blocks) {
    if (kind === 'json') writeFileSync(join(folder, 'graft.config.json'), text);
    if (kind === 'ts') {
      // The program has no type annotations, so Node runs it unchanged.
      writeFileSync(join(folder, 'program.mjs'), text);
      const ended = offline(folder, [process.execPath, 'program.mjs']);
      if (ended.status !== 0) wrong.push(`the program: ${ended.stderr}`);
    }
    if (kind !== 'sh') continue;
    for (const line of text.trim().split('\n')) {
      const words = line.replace(/\s+#.*$/, '').split(/\s+/);
      const ended = words[0] === 'npm' ? installed(packed, folder, words) : offline(folder, words);
      outputs[line] = ended.stdout;
      if (ended.status !== 0)
        wrong.push(`${line}: ended with ${ended.status}: ${ended.stdout}${ended.stderr}`);
    }
  }
  return [...wrong, ...missing(outputs, folder)];
}

/** Installs the tarballs of the packages that a line names. */
function installed(packed, folder, [, ...words]) {
  const names = words.map((word) => packed.find(({ name }) => name === word)?.tarball ?? word);
  const options = ['--no-audit', '--no-fund', '--prefer-offline'];
  // The downloads of install scripts are blocked: the guide must work without them.
  const blocked = 'http://127.0.0.1:9';
  const env = {
    npm_config_ignore_scripts: 'false',
    GLOBAL_AGENT_HTTP_PROXY: blocked,
    GLOBAL_AGENT_HTTPS_PROXY: blocked,
  };
  npm(folder, [...names, ...options], env);
  return { status: 0, stdout: '', stderr: '' };
}

/**
 * @param {string} folder
 * @param {string[]} line
 */
function offline(folder, [command, ...words]) {
  // A nonexistent registry shows that no request is made.
  const env = {
    ...process.env,
    npm_config_offline: 'true',
    npm_config_registry: 'http://127.0.0.1:9',
  };
  return spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    env,
    shell: process.platform === 'win32',
  });
}

/** The packages' dependencies on each other are not in a registry before they are published. */
function prepare(packed, folder) {
  const overrides = Object.fromEntries(
    packed.map(({ name, tarball }) => [name, `file:${tarball}`]),
  );
  const manifest = { name: 'guide', version: '1.0.0', private: true, type: 'module', overrides };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  // The reader's photo.
  copyFileSync(join(root, 'assets/chelsea.jpg'), join(folder, 'photo.jpg'));
}

/** What the guide promises besides commands that succeed. */
function missing(outputs, folder) {
  const said = (start, words) =>
    Object.entries(outputs).some(([line, text]) => line.startsWith(start) && text.includes(words))
      ? []
      : [`${start}: does not say '${words}'`];
  const bytes = (name) => readFileSync(join(folder, name));
  const made = (name) => existsSync(join(folder, name));
  const same = (a, b) =>
    made(a) && made(b) && bytes(a).equals(bytes(b)) ? [] : [`${b} is not ${a}`];
  return [
    ...said('npx graft adapter list', '@pip-graft/adapter-unet'),
    ...said('npx graft restore', 'restored'),
    ...said('npx graft validate', 'passed'),
    ...said('npx graft convert  ', 'all 2 jobs are cached'),
    ...said('npx graft convert --frozen', 'all 2 jobs are cached'),
    ...same('grafted.onnx', 'models/restorer.onnx'),
    ...(made('from-library.onnx') ? [] : ['the program wrote no model']),
  ];
}
