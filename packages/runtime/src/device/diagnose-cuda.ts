import {
  addFolders,
  cudnn,
  driverSeries,
  foldersToAdd,
  installDriver,
  installProvider,
  leastCapability,
  libraries,
  neededCuda,
  neededLibraries,
  provider,
  showGpus,
} from './cuda-libraries.ts';
import {
  type DeviceEnvironment,
  type DeviceFinding,
  type DiagnoseOptions,
  type Diagnosis,
  diagnosisOf,
} from './diagnosis.ts';
import { addExplained } from './explain-log.ts';

/**
 * Diagnoses why CUDA does not work on this machine and suggests the first command to run. Checks the
 * platform, GPU, driver, onnxruntime's own libraries, CUDA and cuDNN; `nativeLog` adds reasons that
 * files do not show.
 *
 * @example diagnoseCuda(await gatherEnvironment(), { nativeLog: stderr }).fix?.command
 */
export function diagnoseCuda(
  environment: DeviceEnvironment,
  options: DiagnoseOptions = {},
): Diagnosis {
  const wrongPlatform = platform(environment);
  if (wrongPlatform !== undefined) return diagnosisOf([wrongPlatform]);
  const libraryPath = foldersToAdd(environment);
  const findings = [
    gpu(environment, options.deviceId ?? 0),
    ...hidden(environment),
    driver(environment, libraryPath),
    provider(environment),
    libraries(environment, libraryPath),
    cudnn(environment, libraryPath),
  ];
  addExplained(findings, options.nativeLog ?? '', environment);
  return diagnosisOf(findings, libraryPath);
}

function platform({
  platform: here,
  glibc,
  runtime,
  ownRuntime,
}: DeviceEnvironment): DeviceFinding | undefined {
  const finding = { what: 'platform', met: false };
  if (here !== 'linux x64')
    return {
      ...finding,
      found: here,
      needed: 'linux x64, the only platform with CUDA in onnxruntime-node',
    };
  if (glibc === undefined)
    return { ...finding, found: 'a C library that is not glibc', needed: 'glibc 2.28 or newer' };
  if (runtime === undefined)
    return {
      ...finding,
      what: 'onnxruntime-node',
      found: ownRuntime ? '@pip-graft/onnxruntime, which has no CUDA' : 'not installed',
      needed: 'installed',
      fix: installProvider,
    };
  return undefined;
}

/** The GPU, as reported by the driver. */
function gpu(environment: DeviceEnvironment, deviceId: number): DeviceFinding {
  const { gpus, cards } = environment.cuda;
  const needed = `compute capability ${leastCapability} or newer`;
  const what = 'NVIDIA GPU';
  const chosen = gpus[deviceId];
  if (chosen !== undefined) {
    const { name, memory, capability } = chosen;
    const size = memory === undefined ? [] : [`${Math.round(memory / 1024)} GiB`];
    const ability = capability === undefined ? [] : [`compute capability ${capability}`];
    const more = gpus.length > 1 ? [`device ${deviceId} of ${gpus.length}`] : [];
    return {
      what,
      met: capability === undefined || Number(capability) >= leastCapability,
      found: [name, ...size, ...ability, ...more].join(', '),
      needed,
    };
  }
  if (gpus.length > 0)
    return {
      what,
      met: false,
      found: `${gpus.length}, numbered from 0`,
      needed: `device ${deviceId}`,
    };
  if (cards !== undefined && cards > 0)
    return { what, met: true, found: `${cards} on the PCI bus, not visible to a driver`, needed };
  // If the bus is hidden, the container's host may have a GPU.
  const fix = cards === undefined && environment.container ? { fix: showGpus } : {};
  return { what, met: false, found: 'none', needed, ...fix };
}

/** A finding if CUDA_VISIBLE_DEVICES hides all GPUs. */
function hidden({ cuda: { visible } }: DeviceEnvironment): DeviceFinding[] {
  if (visible === undefined || !/^\s*(-1|NoDevFiles|)\s*(,|$)/.test(visible)) return [];
  return [
    {
      what: 'CUDA_VISIBLE_DEVICES',
      met: false,
      found: `'${visible}', which hides every GPU`,
      needed: 'unset, or a number',
      fix: { command: 'unset CUDA_VISIBLE_DEVICES' },
    },
  ];
}

/** A driver that is new enough, with its user-space library. */
function driver(environment: DeviceEnvironment, libraryPath: readonly string[]): DeviceFinding {
  const { driver: there, cards } = environment.cuda;
  const cuda = neededCuda(environment);
  const series = driverSeries[cuda] ?? driverSeries[13]!;
  const what = 'NVIDIA driver';
  const needed = `${series} or newer, for CUDA ${cuda}`;
  const install = installDriver(environment, series);
  if (there === undefined) {
    const fix = environment.container ? showGpus : install;
    return { what, met: false, found: 'none', needed, ...(cards === 0 ? {} : { fix }) };
  }
  const serves = there.cuda === undefined ? '' : `, serves CUDA ${there.cuda}`;
  const found = `${there.version}${serves}`;
  if (Number.parseInt(there.version, 10) < series)
    return { what, met: false, found, needed, fix: install };
  const library = neededLibraries(environment).find(({ name }) => name === 'libcuda.so.1');
  if (library === undefined || library.path !== undefined)
    return { what, met: true, found, needed };
  return {
    what,
    met: false,
    found: `${found}, but without libcuda.so.1`,
    needed,
    fix: library.elsewhere ? addFolders(libraryPath) : environment.container ? showGpus : install,
  };
}
