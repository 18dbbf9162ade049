import { readFileSync } from 'node:fs';
import { reportJson } from '@pip-graft/report';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { everything, figures, model, reportOf } from './support.ts';

const file = new URL('../../../docs/reference/report.schema.json', import.meta.url);
const schema = JSON.parse(readFileSync(file, 'utf8')) as object;
const ajv = new Ajv({ strict: true, strictRequired: false });
const valid = ajv.compile(schema);
const tool = { name: 'test', version: '1.2.3' };

const problems = (value: unknown): unknown => (valid(value) ? [] : valid.errors);
const parsed = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('against the committed schema', () => {
  test('a full report is valid', () => {
    const data = { ...reportOf(everything), notes: everything.facts };
    for (const images of [false, true]) {
      const json = reportJson(data, tool, { images });
      expect(problems(parsed(json))).toEqual([]);
      expect(parsed(json)).toEqual(json);
    }
  });

  test('a minimal report is valid', () => {
    const { validation: _, ...bare } = model('A');
    expect(problems(parsed(reportJson(reportOf(bare), tool)))).toEqual([]);
    expect(problems(parsed(reportJson(reportOf(), tool)))).toEqual([]);
  });

  test('every object is closed: an unknown key is rejected anywhere', () => {
    const json = parsed(reportJson({ ...reportOf(everything), notes: everything.facts }, tool));
    let objects = 0;
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Array.isArray(value)) {
        objects++;
        const record = value as Record<string, unknown>;
        record['unknown'] = 1;
        expect(valid(json)).toBe(false);
        delete record['unknown'];
      }
      Object.values(value).forEach(visit);
    };
    visit(json);
    expect(objects).toBeGreaterThan(40);
    expect(problems(json)).toEqual([]);
  });

  test('the schema has every figure', () => {
    const { $defs } = schema as { $defs: { figures: { properties: object } } };
    expect(Object.keys($defs.figures.properties).sort()).toEqual(Object.keys(figures).sort());
  });
});

test('has the verdict, the tool, models and notes', () => {
  const json = parsed(reportJson(reportOf({ ...everything, trained: false }), tool));
  expect(json).toMatchObject({
    format: 1,
    tool: { name: 'test', version: '1.2.3' },
    verdict: { status: 'failed', sentence: '1 grafted model of 1 failed validation: NAFNet.' },
    title: 'A title',
    models: [{ name: 'NAFNet', trained: false, validation: { figures } }],
    notes: [],
  });
  expect(json).toHaveProperty('verdict.caution');
});

test('omits images by default', () => {
  const path = 'models.0.strips.0.images.0';
  const data = reportOf(everything);
  expect(parsed(reportJson(data, tool))).not.toHaveProperty(`${path}.bytes`);
  expect(parsed(reportJson(data, tool))).toHaveProperty(`${path}.width`, 2);
  expect(parsed(reportJson(data, tool, { images: true }))).toHaveProperty(`${path}.bytes`, 'AQID');
});

test('writes numbers that JSON lacks as strings, still valid by the schema', () => {
  const [tile] = figures.tiles;
  const tiles = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((maxAbs) => ({
    ...tile!,
    maxAbs,
  }));
  const validation = { ...everything.validation, figures: { tiles } };
  const json = parsed(reportJson(reportOf(model('A', { validation })), tool));
  expect(problems(json)).toEqual([]);
  for (const [index, text] of ['NaN', 'Infinity', '-Infinity'].entries()) {
    expect(json).toHaveProperty(`models.0.validation.figures.tiles.${index}.maxAbs`, text);
  }
});
