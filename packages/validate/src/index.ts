export { peakMemory } from './compare/peak-memory.ts';
export { type EvaluateOptions, evaluate } from './eval/evaluate.ts';
export type { Evaluation, ImageResult, Qualities, TaskResult } from './eval/evaluation.ts';
export { type FindTasksOptions, type FoundTasks, findTasks } from './eval/find-tasks.ts';
export { likeliest } from './eval/likeliest.ts';
export { type EvaluationPart, mergeEvaluations } from './eval/merge-evaluations.ts';
export type { Steering, SteeringChoices } from './eval/steer-task.ts';
export type { Pair, Problem, SyntheticDegradation, Task } from './eval/task.ts';
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
export { sampleImage } from './subject/sample-image.ts';
export { validateGraft } from './validate-graft.ts';
export type { ValidateOptions } from './validate-options.ts';
export type { Outcome, Validation, Verdict, VerdictStatus } from './verdict.ts';
