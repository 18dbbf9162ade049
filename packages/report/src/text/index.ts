export {
  describeLeftAverages,
  describeNonFinite,
  describeTaken,
  type NonFinite,
  type Taken,
  takenFrom,
} from './describe-checkpoint.ts';
export { formatDiff } from './format-diff.ts';
export { formatEvaluation } from './format-evaluation.ts';
export {
  describeSizes,
  drawLadder,
  formatExpected,
  formatInspection,
  inspectionFacts,
} from './format-inspection.ts';
export { formatPlan } from './format-plan.ts';
export { formatDevice, formatValidation, formatVerdict } from './format-validation.ts';
export {
  type Expectation,
  type Inspection,
  type PromptSize,
  spellAdapters,
  summariseGraft,
} from './inspection.ts';
export { bytesText, oneLine, printable, printableJson, table } from './lines.ts';
export { isReport, type ReportFormat } from './report-heads.ts';
