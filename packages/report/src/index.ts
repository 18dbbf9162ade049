export { buildCurvePage, type CurvePage } from './build-curve-page.ts';
export { buildHostPage, type HostPage } from './build-host-page.ts';
export { buildJUnit } from './build-junit.ts';
export { buildMarkdown, summaryLimit } from './build-markdown.ts';
export { buildReport } from './build-report.ts';
export type {
  ReportData,
  ReportFact,
  ReportLadder,
  ReportLevel,
  ReportModel,
} from './report-data.ts';
export { type Json, type ReportJson, reportJson } from './report-json.ts';
