import type { DeviceEnvironment } from './device-environment.ts';

/**
 * First driver series that serves a CUDA major; NVIDIA's CUDA toolkit release notes, "minor version
 * compatibility".
 */
export const driverSeries: Readonly<Record<number, number>> = { 11: 450, 12: 525, 13: 580 };

/** The oldest compute capability that onnxruntime's CUDA 13 build has code for (onnxruntime#26516). */
export const leastCapability = 7.5;

/** cuDNN of every onnxruntime from 1.19 on. */
export const cudnnMajor = 9;

/** CUDA major of an onnxruntime-node release: 13 from 1.27 on, 12 from 1.19 (onnxruntime#28792). */
export function expectedCuda(version: string | undefined): number {
  const [, major = '1', minor = '99'] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return Number(major) > 1 || Number(minor) >= 27 ? 13 : 12;
}

/** What the CUDA provider is linked with, by CUDA major; for where the file is not there to ask. */
export function expectedLibraries(cuda: number): string[] {
  return [
    `libcublasLt.so.${cuda}`,
    `libcublas.so.${cuda}`,
    'libcurand.so.10',
    `libcudart.so.${cuda}`,
    'libcuda.so.1',
  ];
}

/** CUDA major that the provider library here was built for, by what it needs. */
export function neededCuda({ cuda, runtime }: DeviceEnvironment): number {
  for (const { needed } of cuda.providers)
    for (const { name } of needed) {
      const major = /^libcudart\.so\.(\d+)$/.exec(name)?.[1];
      if (major !== undefined) return Number(major);
    }
  return expectedCuda(runtime?.version);
}
