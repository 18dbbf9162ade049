import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const bin = fileURLToPath(new URL('../bin/graft.js', import.meta.url));

/** How a run of the built command ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `graft` as a separate process, as users do. `npm test` builds it first. */
export function graft(cwd: string, ...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** The JSON result of a run that must succeed. */
export function json(cwd: string, ...args: string[]): Record<string, unknown> {
  const ended = graft(cwd, ...args, '--json');
  if (ended.status !== 0)
    throw new Error(`graft ${args.join(' ')} ended with ${ended.status}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}
