import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, node, picture, tinyModel } from '@pip-graft/test-utils';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bin, graft } from '../graft.ts';

const cwd = tmpdir();
const tiny = '@pip-graft/backbone-nafnet-tiny';

/** Runs the command and prints which files of node_modules CommonJS loaded. */
const probe = `
  import { createRequire } from 'node:module';
  import { pathToFileURL } from 'node:url';
  await import(pathToFileURL(process.env.BIN));
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  console.log(JSON.stringify(loaded.filter((file) => file.includes('node_modules'))));`;

describe('questions about the tool itself', () => {
  it('`graft version` is `graft --version`', () => {
    const flag = graft(cwd, '--version');
    expect(flag.stdout).toMatch(/^\d+\.\d+\.\d+(-rc\.\d+)?\n$/);
    expect(graft(cwd, 'version')).toEqual(flag);
  });

  it('--version loads no installed package', () => {
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', probe, 'graft', '--version'],
      { cwd, encoding: 'utf8', env: { ...process.env, BIN: bin } },
    );
    expect(stdout).toMatch(/^\d+\.\d+\.\d+(-rc\.\d+)?\n\[\]\n$/);
  });

  it('`graft help` lists every command, `graft help adapter init` shows one', () => {
    expect(graft(cwd, 'help')).toEqual(graft(cwd, '--help'));
    const { status, stdout } = graft(cwd, 'help', 'train');
    expect(status).toBe(0);
    expect(stdout).toContain('Usage: graft train [options]');
    expect(stdout).toMatch(/\n {2}sensor\b[\s\S]*\n {2}preview\b/);
    expect(graft(cwd, 'help', 'adapter', 'init').stdout).toContain('Usage: graft adapter init');
    expect(graft(cwd, 'help').stdout).toMatch(/\n {2}train\b[\s\S]*\n {2}completion\b/);
  });

  it('train, train sensor and train preview keep their options apart', () => {
    expect(graft(cwd, 'train', 'sensor', '--params', 'all').stderr).toMatch(
      /^graft train sensor: unknown option '--params'/,
    );
    expect(graft(cwd, 'train', '--hosst', 'x').stderr).toMatch(
      /^graft train: unknown option '--hosst'; did you mean '--host'\?/,
    );
  });
});

describe('a mistyped word', () => {
  it.each([
    [['help', 'nope'], "graft: unknown command 'nope'"],
    [['toString', '--help'], "graft: unknown command 'toString'"],
    [['aply', '-h'], "graft: unknown command 'aply'; did you mean 'apply'?"],
    [['help', 'adapter', 'ini'], "graft adapter: unknown command 'ini'; did you mean 'init'?"],
  ])('%j has no help', (args, message) => {
    const { status, stdout, stderr } = graft(cwd, ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.startsWith(message), stderr).toBe(true);
  });

  it.each([
    [['apply', 'x.onnx', '--adaptr', 'y'], "unknown option '--adaptr'; did you mean '--adapter'?"],
    [['apply', '--adaptr=y', 'x.onnx'], "unknown option '--adaptr'; did you mean '--adapter'?"],
    [['train', '--patch', '0', '--dta', 'y'], "unknown option '--dta'; did you mean '--data'?"],
    [['inspect', '-q'], "unknown option '-q'"],
    [['inspect', '--frobnicate'], "unknown option '--frobnicate'.\n"],
  ])('%j reports the mistyped option first', (args, message) => {
    const { status, stderr } = graft(cwd, ...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });

  it.each([
    [['backbone', 'build', 'nafnet-tyni', '-o', 'x.onnx'], /did you mean 'nafnet-tiny'\?/],
    [['validate', 'x.onnx', '--device', 'cdua'], /did you mean 'cuda'\?/],
    [['adapter', 'init', 'x.onnx', '-o', 'x', '--mode', 'pip_cros'], /did you mean 'pip_cross'\?/],
    [['aply'], /Did you mean apply\?/],
    [['eval', 'x.onnx', '--data', '.', '--degrade', 'niose'], /did you mean 'noise'\?|x\.onnx/],
  ])('%j suggests the nearest known word', (args, message) => {
    expect(graft(cwd, ...args).stderr).toMatch(message);
  });

  it('is named as it was typed', () => {
    const { stderr } = graft(cwd, 'adapter', 'init', tiny, '-o', 'x', '--prompt-size', '5x5');
    expect(stderr).toBe(
      "graft adapter init: --prompt-size '5x5' is not a whole number of 1 or more.\n",
    );
  });

  it('negative values are not taken for options', () => {
    const { stderr } = graft(cwd, 'restore', 'none.onnx', 'a.png', '-o', 'x', '--strength', '-1');
    expect(stderr).not.toContain('unknown option');
  });

  it('is reported as JSON with --json', () => {
    const { stdout } = graft(cwd, 'inspect', 'x.onnx', '--htm', '--json');
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'INVALID_ARGUMENT',
        message: "unknown option '--htm'; did you mean '--html'?",
      },
    });
  });
});

describe('completion', () => {
  /** What bash offers as completions of the last word. */
  function offered(...words: string[]): string[] {
    const script = `source <("$NODE" "$BIN" completion bash)
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
      _graft; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { ...process.env, NODE: process.execPath, BIN: bin },
    });
    return stdout.split('\n').filter((word) => word !== '');
  }

  it.skipIf(process.platform === 'win32')('in bash offers commands, options and choices', () => {
    expect(offered('graft', 'ad')).toEqual(['adapter']);
    expect(offered('graft', 'adapter', 'i')).toEqual(['init', 'import', 'info']);
    expect(offered('graft', 'train', '')).toEqual(['sensor', 'preview']);
    expect(offered('graft', 'apply', 'x.onnx', '--ad')).toEqual(['--adapter']);
    expect(offered('graft', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('graft', 'backbone', 'build', 'unet-m')).toEqual(['unet-medium']);
    expect(offered('graft', 'he')).toEqual(['help']);
    expect(offered('graft', 'help', 'ba')).toEqual(['backbone']);
    expect(offered('graft', 'apply', '')).toEqual([]);
    expect(offered('graft', 'train', 'sensor', '--ho')).toEqual([]);
    expect(offered('graft', 'train', '--host-')).toEqual(['--host-output']);
    expect(offered('graft', 'adapter', 'init', 'x.onnx', '--mode', 'pip')).toEqual([
      'pip_cross',
      'pip_cross_topm',
    ]);
    expect(offered('graft', 'adapter', 'init', 'x.onnx', '--gate', '')).toEqual([
      'label',
      'channel',
    ]);
    expect(offered('graft', 'validate', 'x.onnx', '--device', '')).toEqual([
      'cpu',
      'cuda',
      'webgpu',
    ]);
  });

  it('in zsh and fish offers commands with descriptions and choices', () => {
    const zsh = graft(cwd, 'completion', 'zsh').stdout;
    expect(zsh).toMatch(/^#compdef graft\n/);
    expect(zsh).toContain("'sensor:train a sensor, which finds the degradation of an image'");
    expect(zsh).toContain("'1:value:(bash zsh fish)'");
    const fish = graft(cwd, 'completion', 'fish').stdout;
    // No files where a command or one of a few words is expected.
    expect(fish).toContain("complete -c graft -n '__fish_use_subcommand' -f\n");
    expect(fish).toContain(
      "complete -c graft -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n",
    );
    expect(fish).toContain(
      "complete -c graft -n '__fish_seen_subcommand_from validate' -l device -x -a 'cpu cuda webgpu'",
    );
  });

  it('rejects another shell', () => {
    expect(graft(cwd, 'completion', 'tcsh')).toMatchObject({ status: 2 });
  });
});

describe('--quiet', () => {
  it.each([
    [['completion', 'bash'], 0, /^# bash completion/, ''],
    [['backbone', 'list'], 0, /nafnet-tiny/, ''],
    [['inspect', tiny], 0, /NAFNet/i, ''],
  ])('%j still prints its answer', (args, status, stdout, stderr) => {
    expect(graft(cwd, ...args, '--quiet')).toEqual({
      status,
      stdout: expect.stringMatching(stdout),
      stderr,
    });
  });

  it('still prints why a check fails', () => {
    const invalid = tinyModel({
      nodes: [node('Relu', ['nothing'], 'output')],
      inputs: [picture('input')],
      outputs: [picture('output')],
    });
    const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'invalid.onnx'), bytesOf(invalid));
    const { status, stdout, stderr } = graft(folder, 'check', 'invalid.onnx', '--quiet');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^graft check: error +\S.*\n {2}invalid\.onnx: 1 error\n$/);
  });
});

describe('an empty path', () => {
  it.each([
    [['apply', 'x.onnx', '--adapter', 'init', '-o', ''], /'-o, --output <path>' .* It is empty/],
    [['restore', 'x.onnx', 'a.png', '-o', ''], /'-o, --output <path>' .* It is empty/],
    [['inspect', ''], /^graft inspect: <file>: it is empty; name a file or folder\.$/m],
    [['adapter', 'pack', ''], /^graft adapter pack: <folder>: it is empty/],
  ])('%j is rejected', (args, message) => {
    const { status, stderr } = graft(cwd, ...args);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) });
  });
});
