import { spawn } from 'node:child_process';
import { platform } from 'node:os';

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address in the person's browser, if there is one; it is also printed. */
export function openPage(url: string, system: NodeJS.Platform = platform()): void {
  const [command, ...rest] = openers[system] ?? ['xdg-open'];
  const child = spawn(command, [...rest, url], { detached: true, stdio: 'ignore' });
  // Without a desktop there is nothing to open it with.
  child.once('error', () => {});
  child.unref();
}
