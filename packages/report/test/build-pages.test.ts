import { createHash } from 'node:crypto';
import { buildCurvePage, buildReport, type ReportModel } from '@pip-graft/report';
import { describe, expect, test } from 'vitest';
import {
  everything,
  evil,
  failed,
  figures,
  image,
  model,
  notValidated,
  reportOf,
  verdict,
  withTexts,
} from './support.ts';

const report = (...models: ReportModel[]): string => buildReport(reportOf(...models));

const text = (page: string): string =>
  page
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replaceAll('<wbr>', '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the verdict comes first, in words', () => {
  const heading = (page: string) => /<h1>(.*?)<\/h1>/.exec(page)?.[1];
  const many = Array.from({ length: 100 }, (_, index) => model(`m${index}`, failed));
  test.each([
    [[model('NAFNet')], 'The grafted NAFNet passed every check that ran.'],
    [[model('A'), model('B')], 'All 2 grafted models passed every check that ran.'],
    [[model('A'), model('B', failed)], '1 grafted model of 2 failed validation: B.'],
    [[model('A'), model('B', notValidated)], 'Not validated: B.'],
    [many, '100 grafted models of 100 failed validation: m0, m1, m2, m3, m4 and 95 more.'],
    [[], 'There is nothing to report.'],
  ])('%#', (models, sentence) => {
    expect(heading(report(...models))).toBe(sentence);
  });

  test('flags an untrained adapter at the top, in the table and at the model', () => {
    const page = report(model('A'), model('B', { trained: false }));
    expect(text(page)).toContain('The adapter of B is untrained.');
    expect(page.match(/badge untrained/g)).toHaveLength(2);
    const [b, c] = ['B', 'C'].map((name) => model(name, { trained: false }));
    expect(text(report(model('A'), b!, c!))).toContain('The adapters of B, C are untrained. Their');
    expect(report(model('A'))).not.toContain('untrained"');
    expect(text(report(model('B', { trained: false })))).toContain('The adapter is untrained.');
  });

  test('puts failures before anything else of their model', () => {
    const page = text(report(model('B', failed)));
    expect(page.indexOf('labels what labels saw')).toBeLessThan(page.indexOf('level 1'));
    expect(page.indexOf('labels what labels saw')).toBeGreaterThan(0);
  });
});

describe('one model', () => {
  const page = report(model('NAFNet'));
  test('shows figures against the host', () => {
    expect(text(page)).toContain('2 of 2 trained 1 of 2 skips 1.12× · 112 ms 1.05× · 210 MB');
    expect(text(page)).toContain('Time for one 96×64 image 1.12×');
    expect(page).toContain('width:89.3%');
  });

  test('shows every level in each ladder, and only existing grafts', () => {
    expect(page.match(/class="graft"/g)).toHaveLength(1);
    expect(text(page)).toContain('PIP prompt 24 × 8²');
    expect(page).toContain(
      'aria-label="NAFNet: level 1, 16 channels, joined by concat, with a PIP graft on its skip connection; level 2, 32 channels, joined by add, without a graft."',
    );
    expect(text(page)).toContain('latent 1/4 size');
    const { ladders } = model('A');
    const cascade = report(model('A', { ladders: [...ladders, ...ladders] }));
    expect(cascade.match(/<svg class="ladder"/g)).toHaveLength(2);
    const ids = [...cascade.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(text(cascade)).toContain('2 of 4 skips');
  });

  test('shows checks with figures and limits, failures first', () => {
    expect(text(page)).toContain('neutral ✓ passed 3.21e-7 1.00e-4 what neutral saw');
    expect(text(page)).toContain('loads ✓ passed 1,235');
    const names = [...report(model('B', failed)).matchAll(/<th scope="row">(\w+)</g)].map(
      (match) => match[1],
    );
    expect(names).toEqual(['labels', 'loads']);
  });

  test('shows images first, and digests on demand', () => {
    const facts = [{ label: 'Host', value: `sha256:${'a'.repeat(64)}` }];
    const page = report({ ...everything, facts });
    const images = page.indexOf('class="comparisons"');
    expect(images).toBeGreaterThan(page.indexOf('<h2'));
    for (const later of ['class="card measured"', '<svg class="ladder"', '<details']) {
      expect(page.indexOf(later)).toBeGreaterThan(images);
    }
    expect(page).toMatch(/<details class="digests"><summary>Digests<\/summary><dl><dt>Host</);
  });

  test('wraps names at slashes, and never wraps figures', () => {
    const wrapped = report(model('a/b_c.onnx'));
    expect(wrapped).toContain('>a/<wbr>b_<wbr>c.<wbr>onnx</h2>');
    expect(wrapped).not.toMatch(/\d\.<wbr>\d/);
  });

  test('has no section for what was not measured', () => {
    const headings = [...page.matchAll(/<h3>(.*?)<\/h3>/g)].map((match) => match[1]);
    expect(headings).toEqual(['Checks']);
  });
});

describe('everything measured', () => {
  const page = report(everything);
  const shown = text(page);
  test('headings descend one level at a time', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map((match) => Number(match[1]));
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.slice(1).entries()) {
      expect(level - levels[index]!).toBeLessThanOrEqual(1);
    }
    expect([...page.matchAll(/<h3>(.*?)<\/h3>/g)].map((match) => match[1])).toEqual([
      'Images',
      'More images',
      'Prompts',
      'Where it ran',
      'Device compared with CPU',
      'Sizes and tiles',
      'Checks',
    ]);
  });

  test('every table has a caption and named columns', () => {
    const tables = page.match(/<table/g)!.length;
    expect(page.match(/<caption>/g)).toHaveLength(tables);
    expect(page.match(/<th(?=[ >])(?! scope=)/g)).toBeNull();
  });

  test('shows throughput, providers and fallbacks', () => {
    expect(shown).toContain('Images per second, batches of 8, 96×64 0.75×');
    expect(shown).toContain('grafted on cuda, 96×64 CUDAExecutionProvider 75 75 % 3.5 ms 3');
    expect(shown).toContain('✗ none no proof that the device did the work');
    expect(shown).toContain('1 node with a large output that ran on the CPU');
    expect(shown).toContain('/resize Resize grafted [1, 8, 96, 64] no such kernel');
    expect(shown).toContain(
      '1 node that did not run where the published kernel list of onnxruntime has it',
    );
    expect(shown).toContain(
      '/attn/Softmax Softmax grafted float [1, 48, 48] device (has a kernel) CPUExecutionProvider',
    );
    const [run] = figures.placements;
    const good = (device: 'cuda' | 'cpu') =>
      text(
        report(
          model('A', {
            validation: {
              ...everything.validation,
              figures: {
                placements: [{ ...run!, device, evidence: 'strict', fallbacks: [] }],
              },
            },
          }),
        ),
      );
    expect(good('cuda')).toContain('✓ strict CPU fallback was disabled');
    expect(good('cuda')).not.toContain('with a large output that ran');
    expect(good('cpu')).not.toContain('forbidden');
  });

  test('judges parity by its limit, with NaN failing; layers show where an error begins', () => {
    expect(shown).toContain('y host tf32 ✓ passed 2.00e-4 0.001');
    expect(shown).toContain('z grafted float32 ✗ failed 2.00e-4 1.00e-4');
    expect(shown).toContain('900 inner tensors at 32×16, in 7 slices: an error starts at one');
    expect(shown.match(/starts here/g)).toHaveLength(1);
    expect(shown).toContain('qk ✗ starts here MatMul [1, 48] /attn/MatMul 2.00e-4');
    const nan = { ...figures.parity[0]!, relative: Number.NaN };
    const validation = { ...everything.validation, figures: { parity: [nan] } };
    expect(text(report(model('A', { validation })))).toContain('tf32 ✗ failed NaN');
  });

  test('groups sizes with the same result; shows tiles', () => {
    expect(shown).toContain(
      'Width and height must be multiples of 8; the largest size that fits is 2048×1024; search stopped by: no memory is left',
    );
    expect(shown).toContain('✗ fails 1 64×64, 72×64 Concat: 31 against 32');
    expect(shown).toContain('host 512×384 256 32 52.3 dB 0.02');
  });

  test('shows similarities with enough digits to tell different prompts apart', () => {
    expect(shown).toContain('Level 1: degradation-aware prompts rain haze rain 1.00 −0.25');
    expect(shown).toContain(
      'universal restoration prompts, on one image rain haze rain 1.0000 0.9987',
    );
    expect(page).toContain('<td class="opposite" style="--tint:10.5%">');
  });

  test('shows maps with their scale', () => {
    expect(shown).toContain('0 0.125 absolute difference');
    expect(page.match(/linear-gradient\(to right,#440154,/g)).toHaveLength(2);
  });
});

describe('images', () => {
  test('are embedded in the file', () => {
    const strips = [{ title: 'rain', detail: 'rain=1', images: [image] }];
    const page = report(model('A', { strips }));
    expect(page).toContain(
      'src="data:image/png;base64,AQID" width="2" height="1" alt="rain: input"',
    );
    expect(text(page)).toContain('input 27.9 dB');
  });

  test('are compared by the only script, whose hash is in the policy', () => {
    const page = report(everything);
    const [, script] = /<script>(.*?)<\/script>/s.exec(page)!;
    const hash = createHash('sha256').update(script!).digest('base64');
    expect(page).toContain(`script-src 'sha256-${hash}'">`);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('<input type="range" min="0" max="100" value="50" hidden');
  });
});

test('needs nothing outside the file and runs nothing', () => {
  const page = report(model('A'), model('B', failed));
  expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/);
  expect(page).not.toMatch(/<script|<link|@import|url\((?!#)|script-src/);
  expect(page).toContain("default-src 'none'");
  expect(page).toContain('prefers-color-scheme:dark');
});

test('a figure that is not a number does not break the page', () => {
  const latency = { ...figures.latency, host: { ...figures.latency.host, median: Number.NaN } };
  const validation = {
    ...everything.validation,
    checks: [verdict('loads', 'failed', 'NaN')],
    figures: { latency },
  };
  expect(report(model('A', { validation }))).not.toMatch(/width:NaN/);
});

test('hostile text stays text wherever it comes from', () => {
  const data = { title: 'A', summary: 'B', models: [everything], notes: everything.facts };
  const page = buildReport(withTexts(data, evil));
  const outside = page.replace(/<script>.*?<\/script>/s, '');
  expect(outside).not.toContain('<script');
  expect(outside).not.toContain(`"'>`);
  expect(page.split('&#60;script&#62;alert(1)').length - 1).toBeGreaterThan(60);
  // Tags equal those of the same report with harmless text.
  const tags = (source: string) =>
    [...source.replaceAll('<wbr>', '').matchAll(/<\/?([a-z0-9!]+)/g)]
      .map((match) => match[1])
      .join();
  expect(tags(page)).toBe(tags(buildReport(withTexts(data, 'harmless'))));
});

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
