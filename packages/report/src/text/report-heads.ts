/** Formats of reports, by the command line's options. */
export type ReportFormat = 'html' | 'junit' | 'markdown';

/** Text that each page and each JUnit report starts with. */
export const pageHead = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';`;
export const junitHead = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="';

/** Marks of a verdict, which each Markdown report starts with. */
export const verdictMarks = { passed: '✅', failed: '❌', skipped: '⚪' } as const;

/** Whether a file that starts with this text is an earlier report of a format. */
export function isReport(format: ReportFormat, start: string): boolean {
  if (format === 'html') return start.startsWith(pageHead);
  if (format === 'junit') return start.startsWith(junitHead);
  return Object.values(verdictMarks).some((mark) => start.startsWith(`## ${mark} `));
}
