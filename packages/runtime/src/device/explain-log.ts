import {
  addFolders,
  expectedCuda,
  fetchProvider,
  installDriver,
  manager,
} from './cuda-libraries.ts';
import type { DeviceEnvironment, DeviceFinding, Fix } from './diagnosis.ts';

interface Rule {
  readonly pattern: RegExp;
  readonly what: string;
  readonly needed: string;
  readonly fix?: (environment: DeviceEnvironment) => Fix | undefined;
  /** Whether the file checks report this too, as for a missing file. */
  readonly repeats?: boolean;
}

/** Messages of onnxruntime, CUDA and Dawn about unavailable devices; the first match counts. */
const rules: readonly Rule[] = [
  {
    pattern: /error: (\S+): cannot open shared object file/,
    what: 'library',
    needed: 'found by the loader',
    repeats: true,
  },
  {
    pattern: /version `(GLIBC\w*_[\d.]+)' not found/,
    what: 'C library',
    needed: 'a newer distribution',
  },
  {
    pattern: /(undefined symbol: \S+|file too short|invalid ELF header)/,
    what: 'provider library',
    needed: 'an undamaged file of the same version',
    fix: () => fetchProvider,
  },
  {
    pattern:
      /(?:CUDA failure 35: CUDA )?(driver version is insufficient for CUDA runtime version|CUDA failure 35\b)/,
    what: 'NVIDIA driver',
    needed: 'a version that supports this CUDA',
    fix: (environment) =>
      installDriver(environment, expectedCuda(environment.runtime?.version) === 13 ? 580 : 525),
  },
  {
    pattern: /(?:CUDA failure 100: )?(no CUDA-capable device is detected|CUDA failure 100\b)/,
    what: 'NVIDIA GPU',
    needed: 'visible to CUDA',
  },
  {
    pattern: /(?:CUDA failure 101: )?(invalid device ordinal|CUDA failure 101\b)/,
    what: 'device',
    needed: 'a number that nvidia-smi lists',
    fix: () => ({ command: 'nvidia-smi -L' }),
  },
  {
    pattern: /(?:CUDA failure 209: )?(no kernel image is available|CUDA failure 209\b)/,
    what: 'NVIDIA GPU',
    needed: 'supported by this build of onnxruntime',
  },
  {
    pattern:
      /(CUDA failure (?:2|46)\b[^\n]{0,60}|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|devices? (?:is|are) busy or unavailable)/,
    what: 'GPU memory',
    needed: 'free memory, and a GPU not in exclusive use',
    fix: () => ({ command: 'nvidia-smi', note: 'lists the processes that use the GPU' }),
  },
  {
    pattern: /(?:CUDA failure 802: )?(system not yet initialized|CUDA failure 802\b)/,
    what: 'NVSwitch fabric',
    needed: 'a running fabric manager',
    fix: () => ({ command: 'sudo systemctl start nvidia-fabricmanager' }),
  },
  {
    pattern: /(unsupported display driver|CUDA failure 80[34]\b|forward compatibility)/,
    what: 'NVIDIA driver',
    needed: 'kernel module and libraries of the same version',
    fix: () => ({
      command: 'sudo reboot',
      note: 'after a driver update the old module stays loaded',
    }),
  },
  {
    pattern: /(CUDA failure 999\b)/,
    what: 'NVIDIA driver',
    needed: 'a working driver; it can fail after suspend',
    fix: () => ({ command: 'sudo modprobe -r nvidia_uvm && sudo modprobe nvidia_uvm' }),
  },
  {
    pattern:
      /(CUDNN_STATUS_\w+|Unable to load any libcudnn[^\n]{0,60}|Could not load (?:library )?libcudnn\S*|libcudnn\S* is not)/i,
    what: 'cuDNN',
    needed: '9, with all its parts in one folder',
    fix: ({ cuda }) => {
      const folder = cuda.cudnn.find(({ name }) => name === 'libcudnn.so.9')?.elsewhere?.[0];
      return folder === undefined ? undefined : addFolders([folder]);
    },
  },
  {
    pattern: /(shaderUniform\*ArrayDynamicIndexing required)/,
    what: 'Vulkan driver',
    needed: "Mesa 25 or newer, or the GPU vendor's driver",
    fix: ({ distribution }) =>
      distribution?.id === 'debian' && distribution.version === '12'
        ? { command: 'sudo apt-get install -t bookworm-backports mesa-vulkan-drivers' }
        : undefined,
  },
  {
    pattern: /(Vulkan [\w*]+ (?:feature )?required)/,
    what: 'Vulkan driver',
    needed: 'a driver with that feature',
  },
  {
    pattern: /(vkCreateInstance: Found no drivers|VK_ERROR_INCOMPATIBLE_DRIVER)/,
    what: 'Vulkan driver',
    needed: 'a driver that loads',
    fix: (environment) => mesa(environment),
    repeats: true,
  },
];

/** Installs Mesa, a driver for GPUs of several vendors and for the CPU. */
export function mesa(environment: DeviceEnvironment): Fix | undefined {
  const tool = manager(environment);
  return tool === undefined ? undefined : { command: `sudo ${tool} install mesa-vulkan-drivers` };
}

/** Adds the reason from the native log, if it is known and the file checks have not reported it. */
export function addExplained(
  findings: DeviceFinding[],
  log: string,
  environment: DeviceEnvironment,
): void {
  const lacking = findings.filter(({ met }) => !met);
  for (const { pattern, what, needed, fix, repeats = false } of rules) {
    const found = pattern.exec(log)?.[1];
    if (found === undefined) continue;
    if (lacking.some((finding) => repeats || finding.what === what)) return;
    const fixed = fix?.(environment);
    const finding = { what, met: false, found, needed };
    findings.push(fixed === undefined ? finding : { ...finding, fix: fixed });
    return;
  }
}
