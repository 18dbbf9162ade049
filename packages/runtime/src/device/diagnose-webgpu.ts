import { manager } from './cuda-libraries.ts';
import {
  type DeviceEnvironment,
  type DeviceFinding,
  type DiagnoseOptions,
  type Diagnosis,
  diagnosisOf,
} from './diagnosis.ts';
import { addExplained, mesa } from './explain-log.ts';

/** Platforms with WebGPU in onnxruntime-node 1.30.0; linux arm64 lacks it. */
const platforms = ['linux x64', 'darwin arm64', 'darwin x64', 'win32 x64', 'win32 arm64'];

/**
 * Diagnoses why WebGPU does not work on this machine and suggests the first command to run. On Linux it
 * uses Vulkan, elsewhere the system's own graphics API.
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
    note: 'it hides the installed drivers',
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
          ? `none can be loaded: ${drivers.map(({ manifest }) => manifest).join(', ')}`
          : 'none',
    needed: "the GPU vendor's, or Mesa 25 or newer",
    ...(fix === undefined ? {} : { fix }),
  };
}
