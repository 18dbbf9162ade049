import { buildCurvePage } from '@pip-graft/report';
import { describe, expect, test } from 'vitest';

const points = Array.from({ length: 100 }, (_, at) => [at + 1, 100 - at] as const);
const pageOf = (...curves: Parameters<typeof buildCurvePage>[0]['curves']) =>
  buildCurvePage({
    name: 'run <1>',
    summary: 'Trained & done',
    curves,
    facts: [{ label: 'steps', value: '"100"' }],
  });

describe('buildCurvePage', () => {
  test('draws each figure from first to last step, with its mean', () => {
    const text = pageOf({ title: 'Loss', points });
    expect(text).toContain('aria-label="Loss, from step 1 to 100"');
    const [each = '', mean = ''] = [...text.matchAll(/ d="([^"]*)"/g)].map((match) => match[1]!);
    expect(each.split('L')).toHaveLength(100);
    // The mean of two neighbours falls like the figure, half a step behind.
    expect(mean.split('L')).toHaveLength(100);
    expect(mean).not.toBe(each);
    expect(each.startsWith('M46.0 23.0L')).toBe(true);
  });

  test('omits non-finite values, thins long runs and says if there is nothing to draw', () => {
    const odd = [...points, [101, Number.NaN], [102, Number.POSITIVE_INFINITY]] as const;
    expect(pageOf({ title: 'Loss', points: odd })).toContain('from step 1 to 100');
    const long = Array.from({ length: 50_000 }, (_, at) => [at, Math.sin(at)] as const);
    expect(pageOf({ title: 'Loss', points: long }).length).toBeLessThan(100_000);
    expect(pageOf({ title: 'Loss', points: points.slice(0, 1) })).toContain('Too few steps');
    expect(pageOf({ title: 'Loss', points: [] })).toContain('Too few steps');
  });

  test('escapes every text and lets no script run', () => {
    const text = pageOf({ title: '<b>"', points });
    expect(text).not.toContain('<b>"');
    expect(text).toContain('run &#60;1&#62;');
    expect(text).toContain("default-src 'none'");
  });
});
