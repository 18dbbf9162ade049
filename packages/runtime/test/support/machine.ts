import { bytesSource } from '@pip-graft/onnx-graft';
import type { System } from '../../src/device/system.ts';

/** A machine made up by a test. */
export interface Machine {
  readonly platform?: string;
  readonly arch?: string;
  /** Default: 2.36; null: another C library. */
  readonly glibc?: string | null;
  readonly variables?: Record<string, string>;
  readonly runtimeFolder?: string | null;
  readonly ownRuntime?: boolean;
  /** Whether the PCI bus is visible, with one device of another vendor; default true. */
  readonly bus?: boolean;
  /** Files by path: text, or bytes of a library. */
  readonly files?: Record<string, string | Uint8Array>;
  /** Output of programs, by program and arguments. */
  readonly programs?: Record<string, string>;
}

export const runtimeFolder = '/app/node_modules/onnxruntime-node';

/** The made-up machine as seen by `gatherEnvironment`. */
export function system(machine: Machine = {}): System {
  const {
    files = {},
    programs = {},
    glibc = '2.36',
    runtimeFolder: home = runtimeFolder,
    ownRuntime = false,
  } = machine;
  const all: Record<string, string | Uint8Array> = {
    [`${runtimeFolder}/package.json`]: '{ "version": "1.30.0" }',
    '/etc/os-release': 'NAME="Ubuntu"\nID=ubuntu\nVERSION_ID="24.04"\n',
    ...(machine.bus === false ? {} : { '/sys/bus/pci/devices/0000:00:00.0/vendor': '0x8086\n' }),
    ...files,
  };
  const paths = Object.keys(all);
  return {
    platform: machine.platform ?? 'linux',
    arch: machine.arch ?? 'x64',
    ...(glibc === null ? {} : { glibc }),
    variables: machine.variables ?? {},
    ...(home === null ? {} : { runtimeFolder: home }),
    ownRuntime,
    read: (path) => {
      const text = all[path];
      return typeof text === 'string' ? text : undefined;
    },
    list: (folder) => [
      ...new Set(
        paths
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0]!),
      ),
    ],
    exists: (path) => paths.some((one) => one === path || one.startsWith(`${path}/`)),
    real: (path) => path,
    open: (path) => {
      const bytes = all[path] as Uint8Array;
      return { ...bytesSource(bytes, path), close: () => {} };
    },
    run: async (program, args) => programs[[program, ...args].join(' ')],
  };
}
