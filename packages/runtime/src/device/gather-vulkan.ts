import { dirname, join, resolve } from 'node:path';
import type { VulkanDriver, VulkanFacts } from './device-environment.ts';
import { findLibrary, type LibraryPaths } from './find-library.ts';
import type { System } from './system.ts';

const folders = [
  '/etc/vulkan/icd.d',
  '/usr/local/etc/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
];

/** In the loader's order of precedence; the second is the older name. */
const variables = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/** Gathers the Vulkan loader and the drivers it finds; WebGPU uses them on Linux. */
export function gatherVulkan(system: System, paths: LibraryPaths): VulkanFacts {
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
