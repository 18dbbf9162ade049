import { appendFile, readFile, truncate } from 'node:fs/promises';
import { basename } from 'node:path';
import { filePath, ioError, writeAtomic } from '@pip-graft/graft/files';
import {
  buildJUnit,
  buildMarkdown,
  buildReport,
  type HostPage,
  type ReportData,
  summaryLimit,
} from '@pip-graft/report';
import { type Inspection, inspectionFacts } from '@pip-graft/report/text';
import { isStepSummary, type ReportOptions } from '../options/report-options.ts';
import type { Session } from '../pipeline/session.ts';
import { reportLadders } from './report-data.ts';

/**
 * Writes a report in the requested formats and prints a note for each file. Files are replaced when
 * they are complete; GitHub's step summary, which all commands of a step share, is appended to.
 *
 * Errors: `WRITE_FAILED`.
 */
export async function writeReports(
  data: ReportData,
  { html, junit, markdown }: ReportOptions,
  session: Pick<Session, 'signal' | 'note'>,
): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    const bytes = new TextEncoder().encode(text);
    await writeAtomic(path, (append) => append(bytes), session.signal);
  };
  if (html !== undefined) {
    await write(html, buildReport(data));
    session.note(`${html}: the report as a page`);
  }
  if (junit !== undefined) {
    await write(junit, buildJUnit(data));
    session.note(`${junit}: the checks as JUnit XML`);
  }
  if (markdown !== undefined) {
    let appended = true;
    if (isStepSummary(markdown)) appended = await appendSummary(markdown, data);
    else await write(markdown, buildMarkdown(data));
    session.note(
      appended
        ? `${markdown}: the report as markdown`
        : `${markdown}: the step's summary is full, so the report is not in it; write it to another file`,
    );
  }
}

/**
 * Appends to a step summary and returns whether there was room. GitHub drops all of it above a
 * limit, so the existing text counts.
 */
async function appendSummary(path: string, data: ReportData): Promise<boolean> {
  try {
    const there = await readFile(filePath(path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const gap = there.length === 0 || there.at(-1) === 10 ? '' : '\n';
    const text = buildMarkdown(data, summaryLimit - there.length - gap.length);
    if (text === '') return false;
    await appendFile(filePath(path), gap + text).catch(async (error: unknown) => {
      // A full disk would leave a partial report.
      await truncate(path, there.length).catch(() => {});
      throw error;
    });
    return true;
  } catch (error) {
    throw ioError('write', path, error);
  }
}

/** Converts an inspection to a page with a drawing. */
export function hostPage(path: string, found: Inspection): HostPage {
  const { sites, graft, family, warnings, rejected } = found;
  const count = sites.length;
  const channels = sites.map((site) => site.channels).join(', ');
  const summary =
    count === 0
      ? 'No skip connection was found.'
      : `${family === 'unet' ? 'A U-Net' : family} with ${count} skip connection${count === 1 ? '' : 's'} of ${channels} channels.`;
  return {
    name: basename(path),
    summary,
    facts: inspectionFacts(found).map(([label = '', value = '']) => ({ label, value })),
    ladders: reportLadders(sites, graft),
    warnings,
    rejected,
  };
}
