import { execFile } from 'node:child_process';
import { accessSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { type FileSource, fileSource } from '@pip-graft/onnx-graft/node';

/** What a diagnosis looks at: the machine, or a test's own. Nothing here throws but `open`. */
export interface System {
  /** As Node names them: linux, x64. */
  readonly platform: string;
  readonly arch: string;
  /** Version of the C library where it is glibc. */
  readonly glibc?: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Folder of onnxruntime-node; left out where it is not installed. */
  readonly runtimeFolder?: string;
  /** A small text file; undefined when it cannot be read or is over 1 MiB. */
  read(path: string): string | undefined;
  /** Names in a folder; none when it cannot be read. */
  list(folder: string): readonly string[];
  exists(path: string): boolean;
  /** The path without links, or as it is. */
  real(path: string): string;
  /** Errors: `NOT_FOUND`, `READ_FAILED`. */
  open(path: string): Pick<FileSource, 'label' | 'size' | 'read' | 'fill' | 'close'>;
  /** What a program prints; undefined when it is missing, fails, or takes over ten seconds. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
}

const maxText = 1 << 20;
/** nvidia-smi takes seconds where the driver is not kept loaded, and hangs where it is broken. */
const timeout = 10_000;

/** The machine this runs on. */
export function localSystem(): System {
  const glibc = glibcVersion();
  const runtimeFolder = runtimeHome();
  return {
    platform: platform(),
    arch: arch(),
    ...(glibc === undefined ? {} : { glibc }),
    variables: process.env,
    ...(runtimeFolder === undefined ? {} : { runtimeFolder }),
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
        // ldconfig is where a user's PATH does not lead.
        const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/lib/wsl/lib`;
        const options = { timeout, maxBuffer: 16 * maxText, env: { ...process.env, PATH } };
        execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout));
      }),
  };
}

function runtimeHome(): string | undefined {
  const require = createRequire(import.meta.url);
  return attempt(() => join(dirname(require.resolve('onnxruntime-node')), '..'));
}

/** Node's own report knows; musl leaves it out. */
function glibcVersion(): string | undefined {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  // Interfaces would be looked up by name, which takes seconds without a network.
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
