import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the repository; if it fails, ends the process with its status. */
export function must(command, args, options = {}) {
  const result = run(command, args, options);
  if (result.status !== 0) process.exit(result.status ?? 1);
  return result;
}

/** Runs a command in the repository and returns how it ended. */
export function run(command, args, options = {}) {
  // npm and npx are shell scripts on Windows.
  const shell = process.platform === 'win32';
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...options.env };
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', shell, ...options, env });
}

/** Installs what the lock file lists, unless that was done since its last change. */
export function install() {
  const marker = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing dependencies …');
  must('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Builds all packages; does nothing if nothing changed. */
export function build() {
  must('npx', ['turbo', 'run', 'build', '--output-logs=errors-only', '--no-update-notifier'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
