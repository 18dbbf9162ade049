import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} [what]
 * @property {readonly string[]} args of node
 * @property {number} minutes
 * @property {Readonly<Record<string, string>>} [variables]
 * @property {readonly string[]} [needs] files without which it does not start
 * @property {string} [makes] a file
 */

/**
 * @typedef {object} StepResult
 * @property {string} name
 * @property {'passed' | 'failed' | 'skipped' | 'not run' | 'no device'} status
 * @property {string} [reason]
 * @property {number} [exit]
 * @property {string | undefined} [what]
 * @property {string} command
 * @property {number} [seconds]
 * @property {any} [result] what it printed, where that is JSON
 * @property {string} [stderr]
 * @property {boolean} [kept] it is of an earlier run
 */

/** Of the repository, or of the bundle, which has the same layout. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const keptText = 4000;
/** A program that does not end is first asked to, so that node can remove its temporary files. */
const grace = 5000;

/**
 * Runs one step as a separate process and records its result: a crash, a hang or exhausted memory
 * ends the step and not the run.
 *
 * @param {Step} step
 * @param {object} options
 * @param {string} options.out
 * @param {Readonly<Record<string, string>>} [options.variables]
 * @param {boolean} [options.resume]
 * @param {boolean} [options.late]
 * @returns {Promise<StepResult>}
 */
export async function runStep(step, { out, variables = {}, resume = false, late = false }) {
  const { name, args, minutes, makes, needs = [] } = step;
  const file = join(out, 'steps', `${name}.json`);
  if (resume && existsSync(file) && (makes === undefined || existsSync(makes))) {
    const kept = JSON.parse(readFileSync(file, 'utf8'));
    if (kept.status === 'passed') return { ...kept, kept: true };
  }
  const base = { name, what: step.what, command: commandOf(step, out) };
  const missing = needs.find((path) => !existsSync(path));
  if (late) return { ...base, status: 'not run', reason: 'the time given was over' };
  if (missing)
    return { ...base, status: 'not run', reason: 'an earlier step did not leave its file' };
  const ended = await run(args, { ...variables, ...step.variables }, minutes);
  /** @type {StepResult} */
  const result = {
    ...base,
    ...verdict(ended, minutes),
    seconds: ended.seconds,
    result: parsed(ended.stdout),
  };
  if (result.status !== 'passed' && ended.stderr) result.stderr = ended.stderr;
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** @returns {Pick<StepResult, 'status' | 'reason' | 'exit'>} */
function verdict({ code, signal, timedOut, stdout, stderr }, minutes) {
  if (timedOut) return { status: 'failed', reason: `stopped after ${minutes} minutes` };
  if (signal) return { status: 'failed', reason: `ended by ${signal}` };
  if (code === 0) return { status: 'passed' };
  const result = parsed(stdout);
  const check = result?.models?.[0]?.validation?.checks.find(
    (one) => one.status === (code === 6 ? 'skipped' : 'failed'),
  );
  const lines = stderr.trim().split('\n');
  const reason =
    result?.error?.message ??
    (check && `${check.name}: ${check.detail}`) ??
    // From a stack, the line that names the error, not the last one.
    (lines.find((line) => /^\S*Error\b/.test(line)) || lines.at(-1) || `exit ${code}`);
  return { status: code === 6 ? 'skipped' : 'failed', reason: reason.slice(0, 400), exit: code };
}

/**
 * Runs node with arguments, in a process group that is ended as a whole.
 *
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} variables
 * @param {number} minutes
 */
function run(args, variables, minutes) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...variables },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr, timedOut] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr
      .setEncoding('utf8')
      .on('data', (text) => (stderr = (stderr + text).slice(-keptText)));
    const end = (signal) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {}
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end('SIGTERM');
      setTimeout(end, grace, 'SIGKILL').unref();
    }, minutes * 60_000);
    const done = (code, signal) => {
      clearTimeout(timer);
      const seconds = (performance.now() - started) / 1000;
      resolve({ code, signal, timedOut, stdout, stderr, seconds });
    };
    child.on('error', (error) => {
      stderr += error.message;
      done(127, null);
    });
    child.on('close', done);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The command as one would type it; paths are relative to the root or the folder of results.
 *
 * @param {Step} step
 * @param {string} out
 */
function commandOf({ args, variables = {} }, out) {
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value} `);
  return `${set.join('')}node ${args.map((arg) => arg.replace(`${out}/`, '').replace(`${root}/`, '')).join(' ')}`;
}
