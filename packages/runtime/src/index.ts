export { diagnoseCuda } from './device/diagnose-cuda.ts';
export { diagnoseWebgpu } from './device/diagnose-webgpu.ts';
export type {
  CudaFacts,
  DeviceEnvironment,
  DeviceFinding,
  DiagnoseOptions,
  Diagnosis,
  Fix,
  Gpu,
  NvidiaDriver,
  ProviderLibrary,
  VulkanDriver,
  VulkanFacts,
} from './device/diagnosis.ts';
export { gatherEnvironment } from './device/gather-environment.ts';
export { type DeviceProbe, type ProbeOptions, probeDevice } from './device/probe-device.ts';
export { deviceMemory } from './placement/device-memory.ts';
export {
  type ExpectedNode,
  type ExpectedPlacement,
  expectedPlacement,
} from './placement/expected-placement.ts';
export { comparePlacement, type Placement, summariseProfile } from './placement/placement.ts';
export { profileRun } from './placement/profile-run.ts';
export type { SliceReport, SliceRequest, SliceValue } from './process/slice-runner.ts';
export { type Isolation, SharedWorker, WorkerProcess } from './process/worker-process.ts';
export { createSession, type SessionOptions } from './session/create-session.ts';
export {
  type Latency,
  type LatencyOptions,
  measureLatency,
  type Timer,
} from './session/measure-latency.ts';
export type { NativeOptions } from './session/native-session.ts';
export type { PreparedModel, PrepareOptions } from './session/prepare-model.ts';
export { type RequiredInputs, readyFeeds, requireInputs, runModel } from './session/run-model.ts';
export type {
  Device,
  InputDims,
  OptimisationLevel,
  Session,
  SessionValue,
} from './session/session.ts';
