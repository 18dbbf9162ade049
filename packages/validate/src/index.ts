export { peakMemory } from './checks/memory.ts';
export { type EvaluateOptions, evaluate } from './eval/evaluate.ts';
export {
  type Evaluation,
  type EvaluationPart,
  type ImageResult,
  likeliest,
  mergeEvaluations,
  type Pair,
  type Problem,
  type Qualities,
  type Steering,
  type SyntheticDegradation,
  type Task,
  type TaskResult,
} from './eval/evaluation.ts';
export { type FindTasksOptions, type FoundTasks, findTasks } from './eval/find-tasks.ts';
export type { SteeringChoices } from './eval/steer-task.ts';
export { type ExplainOptions, type Explanation, explainGraft } from './explain/explain-graft.ts';
export {
  mapImage,
  type ReportComparison,
  type ReportImage,
  type ReportMaps,
  type ReportStrip,
  reportImage,
} from './explain/report-images.ts';
export { type CompareLayersOptions, compareLayers } from './layers/compare-layers.ts';
export { sampleImage } from './subject/images.ts';
export type { ValidateOptions } from './subject/open-subject.ts';
export { validateGraft } from './validate-graft.ts';
export type {
  LayerFigures,
  LayerGap,
  Outcome,
  Parity,
  PromptFigures,
  SizeFigures,
  Validation,
  ValidationFigures,
  Verdict,
  VerdictStatus,
} from './verdict.ts';
