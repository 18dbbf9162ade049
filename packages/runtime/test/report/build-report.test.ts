import { buildReport, type ReportData, type ReportModel, type Verdict } from '@pip-graft/runtime';
import { describe, expect, test } from 'vitest';

const check = (
  name: string,
  status: Verdict['status'],
  measured: Verdict['measured'] = 0,
): Verdict => ({
  name,
  status,
  measured,
  limit: 1e-4,
  detail: `what ${name} saw`,
});

function model(name: string, more: Partial<ReportModel> = {}): ReportModel {
  const run = (median: number) => ({ median, spread: 2, fastest: median, runs: [median] });
  return {
    name,
    trained: true,
    facts: [{ label: 'Nodes', value: '12 + 34' }],
    ladder: {
      levels: [
        {
          level: 1,
          channels: 16,
          scale: 1,
          join: 'concat',
          graft: { promptChannels: 24, promptSize: 8 },
        },
        { level: 2, channels: 32, scale: 2, join: 'add' },
      ],
      inputs: ['degradation', 'strength'],
    },
    validation: {
      status: 'passed',
      checks: [check('loads', 'passed', 1234.5), check('neutral', 'passed', 3.21e-7)],
      figures: {
        latency: { width: 96, height: 64, host: run(100), grafted: run(112) },
        memory: { host: 200e6, grafted: 210e6 },
      },
    },
    strips: [],
    ...more,
  };
}

const failed: Partial<ReportModel> = {
  validation: {
    status: 'failed',
    checks: [check('loads', 'passed'), check('labels', 'failed', 'NaN')],
    figures: {},
  },
};

const report = (...models: ReportModel[]): string =>
  buildReport({ title: 'A title', summary: 'What was done.', models } satisfies ReportData);

const text = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the verdict comes first, in words', () => {
  const heading = (page: string) => /<h1>(.*?)<\/h1>/.exec(page)?.[1];
  test.each([
    [[model('NAFNet')], 'The grafted NAFNet passed every check that was run.'],
    [[model('A'), model('B')], 'All 2 grafted models passed every check that was run.'],
    [[model('A'), model('B', failed)], '1 grafted model of 2 failed validation: B.'],
    [
      [model('A'), model('B', { validation: { status: 'skipped', checks: [], figures: {} } })],
      'Not validated: B.',
    ],
    [[], 'There is nothing to report.'],
  ])('%#', (models, sentence) => {
    expect(heading(report(...models))).toBe(sentence);
  });

  test('an untrained adapter says so at the top, in the table and at the model', () => {
    const page = report(model('A'), model('B', { trained: false }));
    expect(text(page)).toContain('The adapter of B is untrained.');
    expect(page.match(/badge untrained/g)).toHaveLength(2);
    expect(report(model('A'))).not.toContain('untrained"');
    expect(text(report(model('B', { trained: false })))).toContain('The adapter is untrained.');
  });
});

describe('one model', () => {
  const page = report(model('NAFNet'));
  test('figures against the host', () => {
    expect(text(page)).toContain('2 of 2 trained 1 of 2 skips 1.12× · 112 ms 1.05× · 210 MB');
    expect(text(page)).toContain('Time for one 96×64 picture 1.12×');
    expect(page).toContain('width:89.3%');
  });

  test('the ladder shows every level and only the grafts that are there', () => {
    expect(page.match(/class="graft"/g)).toHaveLength(1);
    expect(text(page)).toContain('PIP prompt 24 × 8²');
    expect(page).toContain(
      'aria-label="NAFNet: level 1, 16 channels, joined by concat, with a PIP graft on its skip connection; level 2, 32 channels, joined by add, without a graft."',
    );
    expect(text(page)).toContain('latent 1/4 size');
  });

  test('checks with figures and limits; failures stand first', () => {
    expect(text(page)).toContain('neutral ✓ passed 3.21e-7 1.00e-4 what neutral saw');
    expect(text(page)).toContain('loads ✓ passed 1,235');
    const names = [...report(model('B', failed)).matchAll(/<th scope="row">(\w+)</g)].map(
      (match) => match[1],
    );
    expect(names).toEqual(['labels', 'loads']);
  });
});

test('pictures are inside the file', () => {
  const picture = {
    caption: 'input',
    note: '27.9 dB',
    width: 2,
    height: 1,
    type: 'image/png',
    bytes: new Uint8Array([1, 2, 3]),
  } as const;
  const page = report(
    model('A', { strips: [{ title: 'rain', detail: 'rain=1', pictures: [picture] }] }),
  );
  expect(page).toContain('src="data:image/png;base64,AQID" width="2" height="1" alt="rain: input"');
  expect(text(page)).toContain('input 27.9 dB');
});

test('nothing outside the file is needed, and nothing may run', () => {
  const page = report(model('A'), model('B', failed));
  expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
  expect(page).not.toMatch(/<script|<link|@import|url\((?!#)/);
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('prefers-color-scheme:dark');
});

test('hostile text stays text, wherever it comes in', () => {
  const evil = `"'><script>alert(1)</script>&`;
  const picture = {
    caption: evil,
    note: evil,
    width: 1,
    height: 1,
    type: 'image/png',
    bytes: new Uint8Array(),
  } as const;
  const page = buildReport({
    title: evil,
    summary: evil,
    notes: [{ label: evil, value: evil }],
    models: [
      model(evil, {
        trained: false,
        facts: [{ label: evil, value: evil }],
        ladder: { levels: model('A').ladder.levels, inputs: [evil] },
        validation: {
          status: 'failed',
          checks: [{ name: evil, status: 'failed', measured: evil, limit: evil, detail: evil }],
          figures: {},
        },
        strips: [{ title: evil, detail: evil, pictures: [picture] }],
      }),
    ],
  });
  expect(page).not.toContain('<script');
  expect(page).not.toContain(`"'>`);
  expect(page.split('&#60;script&#62;alert(1)').length - 1).toBeGreaterThan(20);
  // Tags are those of the same report with harmless text.
  const tags = (source: string) =>
    [...source.matchAll(/<\/?([a-z0-9!]+)/g)].map((match) => match[1]).join();
  expect(tags(page)).toBe(tags(page.replaceAll(/&#\d+;/g, '')));
});
