import { dirname, join, resolve } from 'node:path';
import { runtimeVersion } from '../session/load-runtime.ts';
import type { DeviceEnvironment, VulkanDriver, VulkanFacts } from './diagnosis.ts';
import { gatherCuda } from './gather-cuda.ts';
import {
  findLibrary,
  type LibraryPaths,
  libraryPaths,
  localSystem,
  type System,
} from './system.ts';

/**
 * Gathers what decides whether devices can work on this machine: files, libraries and their
 * dependencies, the NVIDIA driver, Vulkan drivers. Loads no library, because that could crash the
 * process, and runs only `ldconfig`, `nvidia-smi` and `python3` (for its package folders).
 *
 * @example diagnoseCuda(await gatherEnvironment()).fix?.command
 */
export async function gatherEnvironment(
  system: System = localSystem(),
): Promise<DeviceEnvironment> {
  const linux = system.platform === 'linux';
  const paths = linux
    ? await libraryPaths(system, await libraryFolders(system))
    : { variable: [], cache: new Map<string, string>(), standard: [], others: [] };
  const distribution = osRelease(system);
  const runtime = runtimeOf(system);
  return {
    platform: `${system.platform} ${system.arch}`,
    ...(system.glibc === undefined ? {} : { glibc: system.glibc }),
    ...(distribution === undefined ? {} : { distribution }),
    container: system.exists('/.dockerenv') || system.exists('/run/.containerenv'),
    ...(runtime !== undefined
      ? { runtime }
      : system.ownRuntime
        ? { ownRuntime: runtimeVersion }
        : {}),
    cuda: await gatherCuda(system, paths, runtime),
    vulkan: gatherVulkan(system, paths),
  };
}

function runtimeOf(system: System): DeviceEnvironment['runtime'] {
  const { runtimeFolder: folder } = system;
  if (folder === undefined) return undefined;
  const version = /"version":\s*"([^"]+)"/.exec(system.read(`${folder}/package.json`) ?? '')?.[1];
  return {
    version: version ?? 'unknown',
    binaries: `${folder}/bin/napi-v6/${system.platform}/${system.arch}`,
  };
}

function osRelease(system: System): DeviceEnvironment['distribution'] {
  const text = system.read('/etc/os-release');
  const value = (key: string): string | undefined =>
    new RegExp(`^${key}="?([^"\\n]*)"?$`, 'm').exec(text ?? '')?.[1];
  const id = value('ID');
  return id === undefined ? undefined : { id, version: value('VERSION_ID') ?? '' };
}

/**
 * Folders with CUDA and cuDNN that the loader does not search: toolkits and Python packages (nvidia-*,
 * and those of PyTorch).
 */
async function libraryFolders(system: System): Promise<string[]> {
  const under = (folder: string, name: RegExp): string[] =>
    system
      .list(folder)
      .filter((entry) => name.test(entry))
      .map((entry) => join(folder, entry));
  const toolkits = [...under('/usr/local', /^cuda/), '/opt/cuda'];
  // Ask Python itself, because its executable may link to another environment.
  const searched = await system.run('python3', ['-c', 'import sys; print("\\n".join(sys.path))']);
  const packages = [
    ...(searched ?? '').split('\n').filter((folder) => /\/(site|dist)-packages$/.test(folder)),
    ...pythonHomes(system)
      .flatMap((home) => under(join(home, 'lib'), /^python3/))
      .flatMap((folder) => under(folder, /^(site|dist)-packages$/)),
  ];
  const folders = [
    '/usr/local/nvidia/lib64',
    '/usr/lib/wsl/lib',
    ...toolkits.flatMap((home) => [join(home, 'lib64'), join(home, 'targets/x86_64-linux/lib')]),
    ...packages.flatMap((folder) => [
      ...under(join(folder, 'nvidia'), /./).map((home) => join(home, 'lib')),
      join(folder, 'torch/lib'),
    ]),
  ];
  const real = new Set<string>();
  return folders.filter((folder) => {
    if (!system.exists(folder) || real.has(system.real(folder))) return false;
    real.add(system.real(folder));
    return true;
  });
}

/** Folders of the active environment, then of `python3`, then of the system. */
function pythonHomes(system: System): string[] {
  const { VIRTUAL_ENV, CONDA_PREFIX, PATH = '' } = system.variables;
  const onPath = PATH.split(':')
    .filter((folder) => folder !== '' && system.exists(join(folder, 'python3')))
    .map(dirname);
  return [...new Set([VIRTUAL_ENV, CONDA_PREFIX, ...onPath, '/usr/local', '/usr'])].filter(
    (home): home is string => home !== undefined && home !== '',
  );
}

const folders = [
  '/etc/vulkan/icd.d',
  '/usr/local/etc/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
];

/** In the loader's order of precedence; the second is the older name. */
const variables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/** Gathers the Vulkan loader and the drivers it finds; WebGPU uses them on Linux. */
function gatherVulkan(system: System, paths: LibraryPaths): VulkanFacts {
  const variable = variables.find((name) => system.variables[name] !== undefined);
  return {
    ...(variable === undefined ? {} : { variable }),
    loader: findLibrary(system, paths, 'libvulkan.so.1'),
    drivers: manifests(system, variable).map((manifest) => driver(system, paths, manifest)),
  };
}

/** The variable replaces the default folders and may list files and folders. */
function manifests(system: System, variable: string | undefined): string[] {
  const { XDG_DATA_HOME, HOME } = system.variables;
  const named = variable && system.variables[variable];
  const inside = (folder: string): string[] =>
    system
      .list(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  if (named !== undefined)
    return named
      .split(':')
      .filter(Boolean)
      .flatMap((path) => (path.endsWith('.json') ? [path] : inside(path)));
  const data = XDG_DATA_HOME ?? (HOME === undefined ? undefined : join(HOME, '.local/share'));
  return [...(data === undefined ? [] : [join(data, 'vulkan/icd.d')]), ...folders].flatMap(inside);
}

function driver(system: System, paths: LibraryPaths, manifest: string): VulkanDriver {
  const name = libraryName(system.read(manifest));
  if (name === undefined) return { manifest };
  const relative = name.includes('/') ? resolve(dirname(manifest), name) : name;
  return { manifest, library: findLibrary(system, paths, relative) };
}

function libraryName(text: string | undefined): string | undefined {
  try {
    const { ICD } = JSON.parse(text ?? '') as { ICD?: { library_path?: unknown } };
    return typeof ICD?.library_path === 'string' ? ICD.library_path : undefined;
  } catch {
    return undefined;
  }
}
