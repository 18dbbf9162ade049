import { runtimeVersion } from '../session/load-runtime.ts';
import type { DeviceEnvironment } from './device-environment.ts';
import { libraryPaths } from './find-library.ts';
import { gatherCuda } from './gather-cuda.ts';
import { gatherVulkan } from './gather-vulkan.ts';
import { libraryFolders } from './library-folders.ts';
import { localSystem, type System } from './system.ts';

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
