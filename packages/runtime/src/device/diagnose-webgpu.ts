import { manager } from './cuda-fixes.ts';
import type { DeviceEnvironment } from './device-environment.ts';
import {
  type DeviceFinding,
  type DiagnoseOptions,
  type Diagnosis,
  diagnosisOf,
} from './diagnosis.ts';
import { addExplained, mesa } from './explain-log.ts';

/** onnxruntime-node 1.30.0: linux arm64 comes without. */
const platforms = ['linux x64', 'darwin arm64', 'darwin x64', 'win32 x64', 'win32 arm64'];

/**
 * Why WebGPU does not work here, and the one command to begin with. Under Linux it runs on Vulkan;
 * elsewhere on what the system brings.
 *
 * @example diagnoseWebgpu(await gatherEnvironment(), { nativeLog: stderr }).findings
 */
export function diagnoseWebgpu(
  environment: DeviceEnvironment,
  options: Pick<DiagnoseOptions, 'nativeLog'> = {},
): Diagnosis {
  const findings: DeviceFinding[] = [];
  if (!platforms.includes(environment.platform)) {
    const needed = `one of ${platforms.join(', ')}`;
    return diagnosisOf([{ what: 'platform', met: false, found: environment.platform, needed }]);
  }
  if (environment.platform.startsWith('linux'))
    findings.push(loader(environment), driver(environment));
  addExplained(findings, options.nativeLog ?? '', environment);
  return diagnosisOf(findings);
}

function loader(environment: DeviceEnvironment): DeviceFinding {
  const { path } = environment.vulkan.loader;
  const tool = manager(environment);
  const name = tool === 'dnf' ? 'vulkan-loader' : 'libvulkan1';
  return {
    what: 'Vulkan loader',
    met: path !== undefined,
    found: path ?? 'none',
    needed: 'libvulkan.so.1',
    ...(path === undefined && tool ? { fix: { command: `sudo ${tool} install ${name}` } } : {}),
  };
}

function driver(environment: DeviceEnvironment): DeviceFinding {
  const { drivers, variable } = environment.vulkan;
  const usable = drivers.filter(({ library }) => library?.path !== undefined);
  const unset = variable !== undefined && {
    command: `unset ${variable}`,
    note: 'it hides the drivers here',
  };
  const fix = usable.length === 0 ? unset || mesa(environment) : undefined;
  const short = (path: string): string => path.replace(/^.*\//, '').replace(/\.json$/, '');
  const broken = drivers.length - usable.length;
  return {
    what: 'Vulkan driver',
    met: usable.length > 0,
    found:
      usable.length > 0
        ? usable.map(({ manifest }) => short(manifest)).join(', ')
        : broken > 0
          ? `none that loads; ${drivers.map(({ manifest }) => manifest).join(', ')}`
          : 'none',
    needed: "the card's, or Mesa 25 or newer",
    ...(fix === undefined ? {} : { fix }),
  };
}
