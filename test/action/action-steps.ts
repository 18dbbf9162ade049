import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly id?: string;
  readonly if?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

/** The action at the root of the repository. */
export const action = parse(
  readFileSync(fileURLToPath(new URL('../../action.yml', import.meta.url)), 'utf8'),
) as Action;

/** How the shell lines of the action ended, as on a runner. */
export interface ActionRun {
  /** Status of the last step that ran, which is the action's. */
  readonly status: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/**
 * Runs the shell lines of the action one after another, as GitHub's runner does: bash with -e and
 * pipefail, inputs through the environment, `GITHUB_PATH` and `GITHUB_OUTPUT` read after each step.
 * Steps of other actions (Node, cache, upload) are not run.
 */
export function runAction(project: string, inputs: Readonly<Record<string, string>>): ActionRun {
  const temp = mkdtempSync(join(tmpdir(), 'graft-runner-'));
  // The caller reads reports there until then.
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const files = { GITHUB_PATH: '', GITHUB_OUTPUT: '', GITHUB_STEP_SUMMARY: '' };
  for (const name of Object.keys(files) as (keyof typeof files)[]) {
    files[name] = join(temp, name);
    writeFileSync(files[name], '');
  }
  const runner = join(temp, 'runner');
  mkdirSync(runner);
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value = '' }]) => [
      name,
      inputs[name] ?? value,
    ]),
  );
  const outputs: Record<string, string> = {};
  const fill = (text: string): string =>
    text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
      const input = /^inputs\.([\w-]+)$/.exec(expression)?.[1];
      const output = /^steps\.convert\.outputs\.(\w+)$/.exec(expression)?.[1];
      return (input && given[input]) ?? (output && outputs[output]) ?? '';
    });
  let path = process.env['PATH'] ?? '';
  let status = 0;
  let log = '';
  for (const step of action.runs.steps) {
    if (step.run === undefined) continue;
    const env = Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)]);
    const ended = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
      cwd: join(project, fill(step['working-directory'] ?? '.')),
      encoding: 'utf8',
      env: {
        ...process.env,
        ...files,
        GITHUB_ACTIONS: 'true',
        GITHUB_WORKSPACE: project,
        RUNNER_TEMP: runner,
        PATH: path,
        ...Object.fromEntries(env),
      },
    });
    log += ended.stdout + ended.stderr;
    status = ended.status ?? 1;
    if (status !== 0) break;
    path = [...readLines(files.GITHUB_PATH), process.env['PATH'] ?? ''].join(delimiter);
    for (const line of readLines(files.GITHUB_OUTPUT)) {
      const at = line.indexOf('=');
      outputs[line.slice(0, at)] = line.slice(at + 1);
    }
  }
  return { status, log, outputs, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') };
}

function readLines(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
