import { execFile } from 'node:child_process';
import { accessSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { type FileSource, fileSource } from '@pip-graft/onnx-graft/node';

/** The machine under diagnosis, real or simulated by a test. Only `open` throws. */
export interface System {
  /** As Node names them: linux, x64. */
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc; undefined with another C library. */
  readonly glibc?: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Folder of onnxruntime-node; undefined if it is not installed. */
  readonly runtimeFolder?: string;
  /** Whether `@pip-graft/onnxruntime` is installed, which has no CUDA. */
  readonly ownRuntime?: boolean;
  /** Reads a small text file; undefined if it is unreadable or over 1 MiB. */
  read(path: string): string | undefined;
  /** Names in a folder; empty if it is unreadable. */
  list(folder: string): readonly string[];
  exists(path: string): boolean;
  /** The path with links resolved, or unchanged. */
  real(path: string): string;
  /** Errors: `NOT_FOUND`, `READ_FAILED`. */
  open(path: string): Pick<FileSource, 'label' | 'size' | 'read' | 'fill' | 'close'>;
  /** Output of a program; undefined if it is missing, fails or takes over ten seconds. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
}

const maxText = 1 << 20;
/** Time limit: nvidia-smi takes seconds if the driver is not loaded, and hangs if it is broken. */
const timeout = 10_000;

/** The real machine. */
export function localSystem(): System {
  const glibc = glibcVersion();
  const runtimeFolder = runtimeHome();
  return {
    platform: platform(),
    arch: arch(),
    ...(glibc === undefined ? {} : { glibc }),
    variables: process.env,
    ...(runtimeFolder === undefined ? {} : { runtimeFolder }),
    ownRuntime: resolved('@pip-graft/onnxruntime/package.json') !== undefined,
    read: (path) =>
      attempt(() => {
        const { size } = statSync(path);
        return size > maxText ? undefined : readFileSync(path, 'utf8');
      }),
    list: (folder) => attempt(() => readdirSync(folder).sort()) ?? [],
    exists: (path) => attempt(() => accessSync(path) === undefined) ?? false,
    real: (path) => attempt(() => realpathSync(path)) ?? path,
    open: fileSource,
    run: (program, args) =>
      new Promise((resolve) => {
        // ldconfig is often not in a user's PATH.
        const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/lib/wsl/lib`;
        const options = { timeout, maxBuffer: 16 * maxText, env: { ...process.env, PATH } };
        execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout));
      }),
  };
}

function runtimeHome(): string | undefined {
  const main = resolved('onnxruntime-node');
  return main === undefined ? undefined : join(dirname(main), '..');
}

function resolved(name: string): string | undefined {
  return attempt(() => createRequire(import.meta.url).resolve(name));
}

/** From Node's report, which omits it on musl. */
function glibcVersion(): string | undefined {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  // Skip network interfaces: without a network, resolving names takes seconds.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
