export {
  type Adapter,
  type AdapterBase,
  type AdapterHost,
  checkAdapter,
  defaultWeights,
  type InitOptions,
  initAdapter,
} from './adapter/adapter.ts';
export {
  type AdapterDescription,
  adapterFormatVersion,
  decodeAdapterConfig,
  encodeAdapterConfig,
} from './adapter/adapter-config.ts';
export { adapterFiles, ownFiles, packageFiles } from './adapter/adapter-files.ts';
export {
  configTypes,
  decodeAdapter,
  type EncodedAdapter,
  encodeAdapter,
} from './adapter/adapter-text.ts';
export { modelCard } from './adapter/model-card.ts';
export {
  adapterPackageJson,
  type PackageChoices,
  type PackageDigests,
} from './adapter/package-json.ts';
export { initChoices, parseInit } from './adapter/parse-init.ts';
export { type ConfigChoices, defaultConfig, defaultLabels } from './config/default-config.ts';
export { checkWeights, type LabelWeights, labelWeights, oneHot } from './config/label-weights.ts';
export * from './config/pip-config.ts';
export { configProblems, validateConfig } from './config/validate-config.ts';
export type { LevelValues } from './emit/emit-level.ts';
export * from './emit/emit-pip.ts';
export { emitSensor } from './emit/emit-sensor.ts';
export type { PipSteering } from './emit/emit-shares.ts';
export type { Weight } from './emit/weight.ts';
export { type ApplyOptions, applyPlan, plannedConfig } from './graft/apply-plan.ts';
export * from './graft/graft-record.ts';
export { type SplitModel, type SplitPrompt, sensorPart, splitPrompts } from './graft/parts.ts';
export { readGraft, ungraft } from './graft/read-graft.ts';
export {
  type FindOptions,
  findModules,
  type ImportOptions,
  importAdapter,
} from './import/import-adapter.ts';
export { canonicalJson } from './json/canonical-json.ts';
export { Json } from './json/read-json.ts';
export {
  initialParameters,
  shapeProblems,
  tensorProblems,
} from './parameters/initial-parameters.ts';
export type { ParameterInit, ParameterSpec } from './parameters/level-parameters.ts';
export { pipParameters } from './parameters/level-parameters.ts';
export { parameterName } from './parameters/names.ts';
export {
  alreadyGrafted,
  type BaseFit,
  type BaseHost,
  baseFit,
  stampKey,
} from './plan/check-host.ts';
export { type Cost, costAt, levelCost } from './plan/cost.ts';
export { makePlan, requirePlan } from './plan/make-plan.ts';
export type * from './plan/plan.ts';
export type * from './plan/plan-request.ts';
export { inputKinds } from './plan/plan-request.ts';
export {
  checkSensor,
  initSensor,
  type Sensor,
  type SensorInit,
  sensorFiles,
  sensorFolder,
} from './sensor/sensor.ts';
export {
  decodeSensorConfig,
  defaultSensorSize,
  defaultSureness,
  encodeSensorConfig,
  type SensorConfig,
  type SensorDescription,
  type Sureness,
  sensorFormatVersion,
  type Thresholds,
} from './sensor/sensor-config.ts';
export { sensorCost, sensorParameters } from './sensor/sensor-parameters.ts';
export { decodeSensor, type EncodedSensor, encodeSensor } from './sensor/sensor-text.ts';
