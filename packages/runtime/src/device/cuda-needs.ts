import type { DeviceEnvironment } from './device-environment.ts';

/**
 * First driver series that supports a CUDA major; NVIDIA's CUDA toolkit release notes, "minor version
 * compatibility".
 */
export const driverSeries: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };

/** The lowest compute capability that onnxruntime's CUDA 13 build supports (onnxruntime#26516). */
export const leastCapability = 7.5;

/** Major version of cuDNN for onnxruntime 1.19 and later. */
export const cudnnMajor = 9;

/** CUDA major of an onnxruntime-node release: 13 from 1.27 on, 12 from 1.19 (onnxruntime#28792). */
export function expectedCuda(version: string | undefined): number {
  const [, major = '1', minor = '99'] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return Number(major) > 1 || Number(minor) >= 27 ? 13 : 12;
}

/** Libraries of the CUDA provider, by CUDA major; used if the provider file is missing. */
export function expectedLibraries(cuda: number): string[] {
  return [
    `libcublasLt.so.${cuda}`,
    `libcublas.so.${cuda}`,
    'libcurand.so.10',
    `libcudart.so.${cuda}`,
    'libcuda.so.1',
  ];
}

/** CUDA major of the installed provider library, from its dependencies. */
export function neededCuda({ cuda, runtime }: DeviceEnvironment): number {
  for (const { needed } of cuda.providers)
    for (const { name } of needed) {
      const major = /^libcudart\.so\.(\d+)$/.exec(name)?.[1];
      if (major !== undefined) return Number(major);
    }
  return expectedCuda(runtime?.version);
}
