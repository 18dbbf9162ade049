import { run } from '../install.mjs';

/** Runs npm in a folder and returns what it printed. Throws with its error output. */
export function npm(cwd, args, env = {}) {
  const ended = run('npm', args, { cwd, env, stdio: 'pipe', encoding: 'utf8', maxBuffer: 1 << 26 });
  if (ended.status === 0) return String(ended.stdout);
  throw new Error(`npm ${args.join(' ')} ended with ${ended.status}:\n${ended.stderr}`);
}
