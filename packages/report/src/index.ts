export { buildJUnit } from './build-junit.ts';
export { buildMarkdown, summaryLimit } from './build-markdown.ts';
export {
  buildCurvePage,
  buildHostPage,
  buildReport,
  type CurvePage,
  type HostPage,
} from './build-pages.ts';
export {
  type Json,
  type ReportData,
  type ReportFact,
  type ReportJson,
  type ReportLadder,
  type ReportLevel,
  type ReportModel,
  reportJson,
} from './report-data.ts';
