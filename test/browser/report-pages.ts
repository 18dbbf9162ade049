import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { differenceMap, imageOf } from '@pip-graft/imaging';
import { buildHostPage, buildReport, type ReportData } from '@pip-graft/report';
import { mapImage, reportImage } from '@pip-graft/validate';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { everything, evil, failed, model, withTexts } from '../../packages/report/test/support.ts';
import { openBrowser } from './open-browser.ts';

/** Images that differ in colour. */
export async function withImages(): Promise<ReportData> {
  const filled = (value: number) => imageOf(60, 40, new Float32Array(3 * 60 * 40).fill(value));
  const before = await reportImage(filled(0.1), 'input', '20.0 dB');
  const after = await reportImage(filled(0.9), 'grafted', '30.0 dB');
  const map = await mapImage(differenceMap(filled(0.1), filled(0.9)), 'rain');
  const untrained = { ...everything, trained: false };
  return {
    title: 'A report',
    summary: 'What was done.',
    models: [
      {
        ...untrained,
        comparisons: [
          { title: 'rain', before, after },
          { title: 'haze', before, after },
        ],
        strips: [{ title: 'rain', images: [before, after, before, after] }],
        differences: { ...everything.differences, images: [map] },
        promptMaps: [{ ...everything.promptMaps[0]!, images: [map, map] }],
      },
      model('a-name-without-any-space-that-goes-on_and_on_and_on/to-the-very-end.onnx', failed),
      model('passed'),
    ],
    notes: [{ label: 'Machine', value: '2 cores' }],
  };
}

/** A page in its own context, with its console messages and requests. */
export interface OpenPage {
  readonly page: Page;
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Opens one of the files without a network. */
export type OpenPageOf = (name: string, options?: BrowserContextOptions) => Promise<OpenPage>;

/** `report.html`, `evil.html` and `host.html` in a folder, and a browser to open them with. */
export async function reportPages(): Promise<{ open: OpenPageOf; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
  const data = await withImages();
  writeFileSync(join(folder, 'report.html'), buildReport(data));
  writeFileSync(join(folder, 'evil.html'), buildReport(withTexts(data, evil)));
  const host = { name: evil, summary: evil, facts: [], ladders: everything.ladders };
  const rejected = [{ value: evil, reason: evil }];
  writeFileSync(join(folder, 'host.html'), buildHostPage({ ...host, warnings: [evil], rejected }));
  const browser = await openBrowser();
  return {
    async open(name, options = {}) {
      const address = pathToFileURL(join(folder, name)).href;
      const context = await browser.newContext({ offline: true, ...options });
      const complaints: string[] = [];
      const page = await context.newPage();
      page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
      page.on('request', (request) => {
        const asked = request.url();
        if (asked !== address && !asked.startsWith('data:')) complaints.push(`asked for ${asked}`);
      });
      await page.goto(address);
      return { page, complaints, close: () => context.close() };
    },
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}
