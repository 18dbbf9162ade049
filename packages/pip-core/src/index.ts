export {
  type Adapter,
  type AdapterBase,
  checkAdapter,
  defaultWeights,
} from './adapter/adapter.ts';
export {
  type AdapterDescription,
  adapterFormatVersion,
  decodeAdapterConfig,
  encodeAdapterConfig,
} from './adapter/adapter-config.ts';
export { adapterFiles } from './adapter/adapter-files.ts';
export { configTypes } from './adapter/config-types.ts';
export { decodeAdapter } from './adapter/decode-adapter.ts';
export { type EncodedAdapter, encodeAdapter } from './adapter/encode-adapter.ts';
export { type AdapterHost, type InitOptions, initAdapter } from './adapter/init-adapter.ts';
export { modelCard } from './adapter/model-card.ts';
export { ownFiles, packageFiles } from './adapter/package-files.ts';
export {
  adapterPackageJson,
  type PackageChoices,
  type PackageDigests,
} from './adapter/package-json.ts';
export { parseInit } from './adapter/parse-init.ts';
export { type ConfigChoices, defaultConfig, defaultLabels } from './config/default-config.ts';
export { checkWeights, type LabelWeights, labelWeights } from './config/label-weights.ts';
export * from './config/pip-config.ts';
export { configProblems, validateConfig } from './config/validate-config.ts';
export type { LevelValues } from './emit/emit-level.ts';
export * from './emit/emit-pip.ts';
export { emitSensor } from './emit/emit-sensor.ts';
export type { Weight } from './emit/weight.ts';
export { type ApplyOptions, applyPlan, plannedConfig } from './graft/apply-plan.ts';
export * from './graft/graft-record.ts';
export { readGraft } from './graft/read-graft.ts';
export { ungraft } from './graft/ungraft.ts';
export { type FindOptions, findModules } from './import/find-modules.ts';
export { type ImportOptions, importAdapter } from './import/import-adapter.ts';
export { Json } from './json/read-json.ts';
export { shapeProblems, tensorProblems } from './parameters/check-tensors.ts';
export { initialParameters } from './parameters/initial-parameters.ts';
export type { ParameterInit, ParameterSpec } from './parameters/level-parameters.ts';
export { parameterName } from './parameters/names.ts';
export { pipParameters } from './parameters/pip-parameters.ts';
export { type BaseFit, type BaseHost, baseFit } from './plan/base-fit.ts';
export { alreadyGrafted, stampKey } from './plan/check-host.ts';
export { type Cost, costAt, levelCost } from './plan/cost.ts';
export { formatPlan, formatPlanResult } from './plan/format-plan.ts';
export { makePlan, requirePlan } from './plan/make-plan.ts';
export type * from './plan/plan.ts';
export { inputKinds } from './plan/plan.ts';
export type * from './plan/plan-request.ts';
export { decodeSensor } from './sensor/decode-sensor.ts';
export { type EncodedSensor, encodeSensor } from './sensor/encode-sensor.ts';
export { initSensor, type SensorInit } from './sensor/init-sensor.ts';
export { checkSensor, type Sensor } from './sensor/sensor.ts';
export {
  decodeSensorConfig,
  defaultSensorSize,
  defaultSureness,
  encodeSensorConfig,
  type SensorConfig,
  type SensorDescription,
  type Sureness,
  sensorFormatVersion,
} from './sensor/sensor-config.ts';
export { sensorFiles, sensorFolder } from './sensor/sensor-files.ts';
export { sensorCost, sensorParameters } from './sensor/sensor-parameters.ts';
