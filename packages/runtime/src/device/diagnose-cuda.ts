import { driver, gpu, hidden } from './cuda-card.ts';
import { installProvider } from './cuda-fixes.ts';
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
