import { buildMarkdown } from '@pip-graft/report';
import type { Verdict } from '@pip-graft/validate';
import { describe, expect, test } from 'vitest';
import {
  everything,
  evil,
  failed,
  model,
  notValidated,
  reportOf,
  verdict,
  withTexts,
} from './support.ts';

const lines = (text: string) => text.split('\n');

/** Escaped text as a reader sees it. */
const decoded = (text: string) =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));

test('shows the verdict, the models, then each with its failures first', () => {
  const text = buildMarkdown({
    ...reportOf(model('A'), model('B', { ...failed, trained: false })),
    notes: [{ label: 'Machine', value: '2 cores' }],
  });
  expect(lines(text)[0]).toBe('## ❌ 1 grafted model of 2 failed validation: B.');
  expect(text).toContain('> [!WARNING]\n> The adapter of B is untrained.');
  expect(lines(text).filter((line) => line.startsWith('| B |'))).toEqual([
    '| B | ❌ failed | 1 of 2 | **untrained** | – |',
  ]);
  expect(text).toContain('| A | ✅ passed | 2 of 2 | trained | 1.12×, 112 ms |');
  expect(text.indexOf('### B')).toBeLessThan(text.indexOf('### A'));
  expect(text).toContain(
    '| labels | ❌ failed | NaN | 1.00e-4 | what labels saw |\n\n<details><summary>1 check passed or skipped</summary>',
  );
  expect(text.trimEnd().endsWith('Machine: 2 cores')).toBe(true);
  expect(text).not.toContain('Left out');
});

test('reports a model that was not validated as skipped', () => {
  expect(buildMarkdown(reportOf(model('B', notValidated)))).toMatch(/^## ⚪ Not validated: B\.\n/);
  expect(buildMarkdown(reportOf())).toMatch(/^## ⚪ There is nothing to report\.\n/);
});

test('shows figures as a table', () => {
  const text = decoded(buildMarkdown(reportOf(everything)));
  expect(text).toContain('| Time for one 96×64 image | 1.12×: host 100 ms, grafted 112 ms |');
  expect(text).toContain('| An error starts at qk | MatMul "/attn/MatMul": relative error');
});

describe('hostile text stays text', () => {
  test.each([
    evil,
    'a | b\n| c | d |',
    '`code` ``x`` ~~~',
    '[link](https://example.org) ![i](x) <https://example.org>',
    'https://example.org www.example.org me@example.org @team #12 $x$ **b** _i_ \\|',
    '- item\n# heading\n1. one\n> quote\n```\nfence',
    '</details></summary>',
    '\u202egnp.exe\u0007\u0000',
  ])('%j', (text) => {
    const data = { ...reportOf(everything, model('B', failed)), notes: everything.facts };
    const hostile = buildMarkdown(withTexts(data, text));
    const harmless = buildMarkdown(withTexts(data, 'harmless'));
    // Its lines, tables and tags equal those of the same report with harmless text.
    const frame = (source: string) =>
      lines(source).map((line) => [
        line.split('|').length,
        line.match(/<[^>]*>/g)?.join(),
        /^\s*(#+ |> |\| |[-+*=`~]|\d+[.)])?/.exec(line)![0],
      ]);
    expect(frame(hostile)).toEqual(frame(harmless));
    const own = hostile.replace(/> \[!WARNING\]|\*\*|_Left out.*_/g, '');
    expect(own.replace(/^(## |### |> |\|[ :|-]*$)/gm, '')).not.toMatch(
      /[`[\]\\@$]|:\/\/|www\.|\p{Cc}(?<!\n)|\u202e/u,
    );
  });

  test('and stays readable', () => {
    expect(decoded(buildMarkdown(reportOf(model('a|b <i> `c`', failed))))).toContain(
      '### a|b <i> `c` ❌ failed',
    );
  });
});

describe('always under the limit', () => {
  const limit = 1024 * 1024;
  const checks = (count: number, detail = 'x'): Verdict[] =>
    Array.from({ length: count }, (_, index) => ({
      ...verdict(`check ${index}`, index % 2 === 0 ? 'failed' : 'passed'),
      detail,
    }));
  const withChecks = (name: string, count: number, detail?: string) =>
    model(name, { validation: { status: 'failed', checks: checks(count, detail), figures: {} } });

  test('thousands of models', () => {
    const models = Array.from({ length: 5000 }, (_, index) => withChecks(`model ${index}`, 20));
    const text = buildMarkdown(reportOf(...models));
    expect(Buffer.byteLength(text)).toBeLessThan(limit);
    expect(Buffer.byteLength(text)).toBeGreaterThan(0.95 * limit);
    const shown = text.match(/^### /gm)!.length;
    expect(text).toContain(
      `_Omitted to stay within 1,048,576 bytes: the details of ${(5000 - shown).toLocaleString('en-US')} models.`,
    );
    expect(text.match(/<details>/g)!.length).toBe(text.match(/<\/details>/g)!.length);
  });

  test('more models than fit in the table', () => {
    const models = Array.from({ length: 30000 }, (_, index) => model(`model ${index}`));
    const text = buildMarkdown(reportOf(...models));
    expect(Buffer.byteLength(text)).toBeLessThan(limit);
    expect(text).toMatch(
      /Omitted to stay .*: [\d,]+ lines of the model table, the details of [\d,]+ models/,
    );
  });

  test('thousands of checks of one model', () => {
    const text = buildMarkdown(reportOf(withChecks('A', 9000)));
    expect(text).toContain('_4,100 more checks omitted._');
    expect(text).toContain('| check 798 |');
    expect(text).not.toContain('| check 800 |');
  });

  test('megabytes of text', () => {
    const text = buildMarkdown(reportOf(withChecks('B'.repeat(3e6), 400, '|'.repeat(2e6))));
    expect(Buffer.byteLength(text)).toBeLessThan(limit);
    expect(text).toContain('… ❌ failed');
    expect(text).toContain('check 0');
  });

  test('a limit set by the caller', () => {
    const text = buildMarkdown(reportOf(model('A')), 700);
    expect(Buffer.byteLength(text)).toBeLessThan(700);
    expect(text).toContain('Omitted to stay within 700 bytes:');
  });

  test.each([-1, 0, 200, 511])('nothing within %d bytes', (room) => {
    expect(buildMarkdown(reportOf(model('A')), room)).toBe('');
  });
});
