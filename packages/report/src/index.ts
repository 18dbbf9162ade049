export { buildJUnit } from './build-junit.ts';
export { buildMarkdown, summaryLimit } from './build-markdown.ts';
export {
  buildCurvePage,
  buildHostPage,
  buildReport,
  type CurvePage,
  type HostPage,
} from './build-pages.ts';
export type {
  ReportData,
  ReportFact,
  ReportLadder,
  ReportLevel,
  ReportModel,
} from './report-data.ts';
export { type Json, type ReportJson, reportJson } from './report-json.ts';
