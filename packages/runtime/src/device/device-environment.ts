import type { FoundLibrary } from './find-library.ts';

/** What was found on a machine that decides whether a device can work: plain data, no judgement. */
export interface DeviceEnvironment {
  /** As Node names them, 'linux x64'. */
  readonly platform: string;
  /** Version of glibc; left out where the C library is another. */
  readonly glibc?: string;
  /** ID of /etc/os-release, as 'ubuntu', with its version. */
  readonly distribution?: { readonly id: string; readonly version: string };
  readonly container: boolean;
  /** onnxruntime-node; left out where it is not installed. */
  readonly runtime?: { readonly version: string; readonly binaries: string };
  readonly cuda: CudaFacts;
  readonly vulkan: VulkanFacts;
}

export interface CudaFacts {
  /** libonnxruntime_providers_{shared,cuda}.so, in this order. */
  readonly providers: readonly ProviderLibrary[];
  /** libcudart of every major that is there, whether or not it is the one needed. */
  readonly cudart: readonly FoundLibrary[];
  /** libcudnn of every major that is there; it is loaded when a convolution first needs it. */
  readonly cudnn: readonly FoundLibrary[];
  readonly driver?: NvidiaDriver;
  readonly gpus: readonly Gpu[];
  /** NVIDIA graphics cards on the PCI bus, with or without a driver; left out where the bus is not shown. */
  readonly cards?: number;
  /** CUDA_VISIBLE_DEVICES, where it is set. */
  readonly visible?: string;
}

/** A library that onnxruntime loads for a device. */
export interface ProviderLibrary {
  readonly name: string;
  /** Left out when it is not there. */
  readonly path?: string;
  /** Why it cannot be read: cut off, no ELF file. */
  readonly fault?: string;
  /** What it cannot be loaded without. */
  readonly needed: readonly FoundLibrary[];
}

export interface NvidiaDriver {
  /** As 580.159.03. */
  readonly version: string;
  /** The newest CUDA it serves, as 13.0; left out where nvidia-smi did not say. */
  readonly cuda?: string;
}

export interface Gpu {
  readonly name: string;
  /** MiB; left out where only the kernel module was there to ask. */
  readonly memory?: number;
  /** Compute capability, as 9.0. */
  readonly capability?: string;
}

export interface VulkanFacts {
  /** The variable that replaces the folders of drivers, where one does. */
  readonly variable?: string;
  readonly loader: FoundLibrary;
  readonly drivers: readonly VulkanDriver[];
}

/** A Vulkan driver by its manifest. */
export interface VulkanDriver {
  readonly manifest: string;
  /** Left out when the manifest cannot be read. */
  readonly library?: FoundLibrary;
}
