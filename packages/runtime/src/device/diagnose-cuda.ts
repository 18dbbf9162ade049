import { driver, gpu, hidden } from './cuda-card.ts';
import { cudnn, foldersToAdd, libraries, provider } from './cuda-libraries.ts';
import type { DeviceEnvironment } from './device-environment.ts';
import {
  type DeviceFinding,
  type DiagnoseOptions,
  type Diagnosis,
  diagnosisOf,
} from './diagnosis.ts';
import { addExplained } from './explain-log.ts';

/**
 * Why CUDA does not work here, and the one command to begin with: platform, card, driver,
 * onnxruntime's own libraries, CUDA's, cuDNN. What no file tells comes out of `nativeLog`.
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
}: DeviceEnvironment): DeviceFinding | undefined {
  const finding = { what: 'platform', met: false };
  if (here !== 'linux x64')
    return {
      ...finding,
      found: here,
      needed: 'linux x64, for which alone onnxruntime-node has CUDA',
    };
  if (glibc === undefined)
    return { ...finding, found: 'a C library that is not glibc', needed: 'glibc 2.28 or newer' };
  if (runtime === undefined)
    return {
      ...finding,
      what: 'onnxruntime-node',
      found: 'not installed',
      needed: 'installed',
      fix: { command: 'npm install onnxruntime-node' },
    };
  return undefined;
}
