export { peakMemory } from './compare/peak-memory.ts';
export { type EvaluateOptions, evaluate } from './eval/evaluate.ts';
export type {
  Evaluation,
  ImageResult,
  Pair,
  Problem,
  Qualities,
  Steering,
  SyntheticDegradation,
  Task,
  TaskResult,
} from './eval/evaluation.ts';
export { likeliest } from './eval/evaluation.ts';
export { type FindTasksOptions, type FoundTasks, findTasks } from './eval/find-tasks.ts';
export { type EvaluationPart, mergeEvaluations } from './eval/merge-evaluations.ts';
export type { SteeringChoices } from './eval/steer-task.ts';
export { type ExplainOptions, type Explanation, explainGraft } from './explain/explain-graft.ts';
export {
  mapImage,
  type ReportComparison,
  type ReportImage,
  type ReportMaps,
  type ReportStrip,
  reportImage,
} from './explain/report-image.ts';
export type {
  LayerFigures,
  LayerGap,
  Parity,
  PromptFigures,
  SizeFigures,
  ValidationFigures,
} from './figures.ts';
export { type CompareLayersOptions, compareLayers } from './layers/compare-layers.ts';
export { sampleImage } from './subject/images.ts';
export type { ValidateOptions } from './subject/open-subject.ts';
export { validateGraft } from './validate-graft.ts';
export type { Outcome, Validation, Verdict, VerdictStatus } from './verdict.ts';
