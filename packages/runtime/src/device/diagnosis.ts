import type { FoundLibrary } from './system.ts';

/** Facts about a machine that decide whether a device can work: plain data, no judgement. */
export interface DeviceEnvironment {
  /** As Node names them, 'linux x64'. */
  readonly platform: string;
  /** Version of glibc; undefined with another C library. */
  readonly glibc?: string;
  /** ID from /etc/os-release, for example 'ubuntu', with its version. */
  readonly distribution?: { readonly id: string; readonly version: string };
  readonly container: boolean;
  /** onnxruntime-node; undefined if it is not installed. */
  readonly runtime?: { readonly version: string; readonly binaries: string };
  /** Version of onnxruntime in `@pip-graft/onnxruntime`, if that is what runs here. It has no CUDA. */
  readonly ownRuntime?: string;
  readonly cuda: CudaFacts;
  readonly vulkan: VulkanFacts;
}

export interface CudaFacts {
  /** libonnxruntime_providers_{shared,cuda}.so, in this order. */
  readonly providers: readonly ProviderLibrary[];
  /** libcudart in every installed major, needed or not. */
  readonly cudart: readonly FoundLibrary[];
  /** libcudnn in every installed major; loaded by the first convolution. */
  readonly cudnn: readonly FoundLibrary[];
  readonly driver?: NvidiaDriver;
  readonly gpus: readonly Gpu[];
  /** Number of NVIDIA GPUs on the PCI bus, with or without a driver; undefined if the bus is hidden. */
  readonly cards?: number;
  /** CUDA_VISIBLE_DEVICES, if set. */
  readonly visible?: string;
}

/** A library that onnxruntime loads for a device. */
export interface ProviderLibrary {
  readonly name: string;
  /** Undefined if it is missing. */
  readonly path?: string;
  /** Why it cannot be read: truncated, or not an ELF file. */
  readonly fault?: string;
  /** Its dependencies. */
  readonly needed: readonly FoundLibrary[];
}

export interface NvidiaDriver {
  /** For example 580.159.03. */
  readonly version: string;
  /** The newest CUDA it supports, for example 13.0; undefined if nvidia-smi did not report it. */
  readonly cuda?: string;
}

export interface Gpu {
  readonly name: string;
  /** In MiB; undefined if only the kernel module was available. */
  readonly memory?: number;
  /** Compute capability, for example 9.0. */
  readonly capability?: string;
}

export interface VulkanFacts {
  /** The variable that replaces the driver folders, if set. */
  readonly variable?: string;
  readonly loader: FoundLibrary;
  readonly drivers: readonly VulkanDriver[];
}

/** A Vulkan driver by its manifest. */
export interface VulkanDriver {
  readonly manifest: string;
  /** Undefined if the manifest is unreadable. */
  readonly library?: FoundLibrary;
}

/** One requirement of a device, and what this machine has. */
export interface DeviceFinding {
  /** For example 'NVIDIA driver'. */
  readonly what: string;
  readonly met: boolean;
  /** What was found, for example '550.90' or 'none'. */
  readonly found: string;
  readonly needed: string;
  /** A command that fixes it; undefined if the requirement is met or no command helps. */
  readonly fix?: Fix;
}

/** A command to run, and what to know first. */
export interface Fix {
  readonly command: string;
  readonly note?: string;
}

/** Why a device does not work, in the order of fixing. */
export interface Diagnosis {
  readonly findings: readonly DeviceFinding[];
  /** The fix of the first unmet finding; undefined if all are met or no command helps. */
  readonly fix?: Fix;
  /** Folders with libraries that the loader does not find, to add to LD_LIBRARY_PATH. */
  readonly libraryPath?: readonly string[];
}

/** Information besides the environment. */
export interface DiagnoseOptions {
  /** What onnxruntime printed or threw when it tried the device: reasons that files do not show. */
  readonly nativeLog?: string;
  /** Index of the device; default: 0. */
  readonly deviceId?: number;
}

/** Builds a diagnosis from findings, with the first fix. */
export function diagnosisOf(
  findings: readonly DeviceFinding[],
  libraryPath: readonly string[] = [],
): Diagnosis {
  const fix = findings.find(({ met }) => !met)?.fix;
  return {
    findings,
    ...(fix === undefined ? {} : { fix }),
    ...(libraryPath.length === 0 ? {} : { libraryPath }),
  };
}
