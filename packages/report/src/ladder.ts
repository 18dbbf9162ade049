export { Html } from './html.ts';
export { laddersOf } from './ladders-of.ts';
export type { ReportLadder, ReportLevel } from './report-data.ts';
export { ladder } from './sections/ladder.ts';
