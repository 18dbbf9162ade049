import { buildJUnit } from '@pip-graft/report';
import { describe, expect, test } from 'vitest';
import {
  everything,
  evil,
  failed,
  figures,
  model,
  reportOf,
  verdict,
  withTexts,
} from './support.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** A strict reader of the XML used here: no comments, CDATA or doctype; numeric references only. */
function parse(source: string): Element {
  expect(source.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n')).toBe(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no such characters
  expect(source).not.toMatch(/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|\p{Surrogate}/u);
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const token = /<(\/?)([\w-]+)((?:\s[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  const body = source.slice(source.indexOf('\n') + 1);
  let at = 0;
  for (const match of body.matchAll(token)) {
    expect(match.index).toBe(at);
    at += match[0].length;
    const [, close, name = '', attributes = '', empty, text] = match;
    if (text !== undefined) open.at(-1)!.text += decoded(text);
    else if (close) expect(open.pop()!.name).toBe(name);
    else {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)];
      expect(new Set(pairs.map((pair) => pair[1])).size).toBe(pairs.length);
      const element: Element = {
        name,
        attributes: Object.fromEntries(pairs.map((pair) => [pair[1], decoded(pair[2]!)])),
        children: [],
        text: '',
      };
      open.at(-1)!.children.push(element);
      if (!empty) open.push(element);
    }
  }
  expect(at).toBe(body.length);
  expect(open).toHaveLength(1);
  expect(root.children).toHaveLength(1);
  return root.children[0]!;
}

function decoded(text: string): string {
  expect(text).not.toMatch(/&(?!#\d+;)/);
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

const junit = (...models: Parameters<typeof reportOf>) => parse(buildJUnit(reportOf(...models)));
const named = (element: Element, name: string) =>
  element.children.filter((child) => child.name === name);

test('has a suite per model, a case per check, and counts that add up', () => {
  const both: Parameters<typeof model>[1] = {
    validation: {
      status: 'failed',
      checks: [
        { ...verdict('loads', 'passed', 1), milliseconds: 1234 },
        { ...verdict('labels', 'failed', 'NaN'), milliseconds: 16 },
        verdict('tiles', 'skipped', null),
      ],
      figures: {},
    },
  };
  const root = junit(model('A'), model('B', both));
  expect(root.name).toBe('testsuites');
  expect(root.attributes).toEqual({
    name: 'A title',
    tests: '5',
    failures: '1',
    errors: '0',
    skipped: '1',
    time: '1.250',
  });
  const [, second] = root.children;
  expect(root.children.map(({ name }) => name)).toEqual(['testsuite', 'testsuite']);
  expect(second!.attributes).toMatchObject({
    name: 'B',
    tests: '3',
    failures: '1',
    skipped: '1',
    time: '1.250',
  });
  const [loads, labels, tiles] = named(second!, 'testcase');
  expect(loads!.attributes).toEqual({ name: 'loads', classname: 'B', time: '1.234' });
  expect(loads!.children[0]).toMatchObject({
    name: 'system-out',
    text: 'measured 1, limit 1.00e-4',
  });
  expect(labels!.children[0]).toMatchObject({
    name: 'failure',
    attributes: { message: 'measured NaN, limit 1.00e-4: what labels saw', type: 'failed' },
    text: 'measured NaN, limit 1.00e-4: what labels saw',
  });
  expect(tiles!.children[0]).toMatchObject({
    name: 'skipped',
    attributes: { message: 'what tiles saw' },
  });
});

test('puts properties first in a suite: training, facts, figures', () => {
  const [suite] = junit({ ...everything, trained: false }).children;
  expect(suite!.children[0]!.name).toBe('properties');
  const properties = Object.fromEntries(
    suite!.children[0]!.children.map(({ attributes }) => [attributes['name'], attributes['value']]),
  );
  expect(properties).toEqual({
    adapter: 'untrained',
    Nodes: '12 + 34',
    'Time for one 96×64 image': '1.12×: host 100 ms, grafted 112 ms',
    'Images per second, batches of 8': '0.75×: host 40, grafted 30',
    'Peak memory': '1.05×: host 200 MB, grafted 210 MB',
    'grafted on cuda, 96×64':
      "CUDAExecutionProvider 75 nodes, CPUExecutionProvider 25 nodes; 3 copies, 1 fell back; none: no proof that the device did the work; 1 of 90 elsewhere than onnxruntime's kernel list says",
    'host "y" against the CPU, tf32': 'relative error 2.00e-4, 92.5 dB, limit 0.001',
    'grafted "z" against the CPU, float32': 'relative error 2.00e-4, 92.5 dB, limit 1.00e-4',
    'An error starts at qk':
      'MatMul "/attn/MatMul": relative error 2.00e-4, 92.5 dB, its own 2.00e-4',
    'Size multiple': '8',
    'host in tiles of 256, overlap 32, against the whole image': '52.3 dB, largest difference 0.02',
  });
  expect(figures.layers.rows).toHaveLength(2);
});

describe('a model that was not validated is skipped, never passed', () => {
  const { validation: _, ...bare } = model('A');
  test.each([
    ['no validation', bare],
    ['no check', model('A', { validation: { status: 'skipped', checks: [], figures: {} } })],
  ])('%s', (_name, item) => {
    const root = junit(item);
    expect(root.attributes).toMatchObject({ tests: '1', failures: '0', skipped: '1' });
    expect(root.children[0]!.children.at(-1)!.children[0]!.name).toBe('skipped');
  });
});

test.each([
  evil,
  ']]>\n\t\r<!-- & -->',
  'bell \u0007, null \0, half a pair \ud83d, \uffff',
  'both halves 😀 and a right-to-left \u202e mark',
])('keeps hostile text %j in its place', (text) => {
  const root = parse(buildJUnit(withTexts(reportOf(everything, model('B', failed)), text)));
  const expected = text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no such characters
    .replace(/[\x00-\x08\uffff]/g, '\ufffd');
  expect(root.attributes['name']).toBe(expected);
  expect(root.children).toHaveLength(2);
  expect(root.children[0]!.attributes['name']).toBe(expected);
  expect(named(root.children[0]!, 'testcase')[0]!.attributes['classname']).toBe(expected);
});
