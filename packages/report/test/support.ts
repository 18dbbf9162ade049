import type { ReportData, ReportModel } from '@pip-graft/report';
import type { ReportImage, ReportMaps, ValidationFigures, Verdict } from '@pip-graft/validate';

type Everything<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Everything<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]-?: Everything<Exclude<T[Key], undefined>> }
      : T;

/** A possible name of a hostile file. */
export const evil = `"'><script>alert(1)</script>&`;

export const verdict = (
  name: string,
  status: Verdict['status'],
  measured: Verdict['measured'] = 0,
): Verdict => ({ name, status, measured, limit: 1e-4, detail: `what ${name} saw` });

export const image: Everything<ReportImage> = {
  caption: 'input',
  note: '27.9 dB',
  width: 2,
  height: 1,
  type: 'image/png',
  bytes: new Uint8Array([1, 2, 3]),
};

export const maps: Everything<ReportMaps> = {
  title: 'What the graft changes',
  detail: 'Against the host.',
  scale: { low: 0, high: 0.125, label: 'absolute difference' },
  images: [image],
};

const run = (median: number) => ({ median, spread: 2, fastest: median, runs: [median] });
const gap = { maxAbs: 3e-4, meanAbs: 1e-5, relative: 2e-4, psnr: 92.5, cosine: 0.9999999 };

/** Every figure there is: a new one must be added here, so that tests cover it. */
export const figures: Everything<ValidationFigures> = {
  latency: { width: 96, height: 64, host: run(100), grafted: run(112) },
  throughput: { batch: 8, width: 96, height: 64, host: 40, grafted: 30 },
  memory: { host: 200e6, grafted: 210e6 },
  placements: [
    {
      side: 'grafted',
      device: 'cuda',
      width: 96,
      height: 64,
      evidence: 'none',
      providers: [
        { provider: 'CUDAExecutionProvider', nodes: 75, milliseconds: 3.5 },
        { provider: 'CPUExecutionProvider', nodes: 25, milliseconds: 1.5 },
      ],
      copies: 3,
      fallbacks: [
        { node: '/resize', opType: 'Resize', output: '[1, 8, 96, 64]', reason: 'no such kernel' },
      ],
      expected: {
        compared: 90,
        unmatched: 10,
        differences: [
          {
            node: '/attn/Softmax',
            opType: 'Softmax',
            output: 'float [1, 48, 48]',
            expected: 'device',
            place: 'kernel',
            ran: 'CPUExecutionProvider',
          },
        ],
      },
    },
  ],
  parity: [
    { ...gap, worst: [0, 1, 2, 3], side: 'host', output: 'y', precision: 'tf32', limit: 1e-3 },
    { ...gap, worst: [0], side: 'grafted', output: 'z', precision: 'float32', limit: 1e-4 },
  ],
  layers: {
    width: 32,
    height: 16,
    compared: 900,
    slices: 7,
    limit: 1e-4,
    rows: [
      {
        ...gap,
        worst: [5],
        value: 'qk',
        node: '/attn/MatMul',
        opType: 'MatMul',
        dims: [1, 48],
        own: 2e-4,
        begins: true,
      },
      {
        ...gap,
        worst: [6],
        value: 'softmax',
        node: '/attn/Softmax',
        opType: 'Softmax',
        dims: [1, 48],
        own: 1e-7,
        begins: false,
      },
    ],
  },
  sizes: {
    multiple: 8,
    tried: [
      { width: 64, height: 64, batch: 1, fault: 'Concat: 31 against 32' },
      { width: 72, height: 64, batch: 1, fault: 'Concat: 31 against 32' },
    ],
  },
  largest: { width: 2048, height: 1024, stoppedBy: 'no memory is left' },
  tiles: [
    { side: 'host', width: 512, height: 384, tile: 256, overlap: 32, psnr: 52.25, maxAbs: 0.02 },
  ],
  prompts: {
    labels: ['rain', 'haze'],
    levels: [
      {
        level: 1,
        labels: ['rain', 'haze'],
        degradation: [
          [1, -0.25],
          [-0.25, 1],
        ],
        universal: [
          [1, 0.9987],
          [0.9987, 1],
        ],
      },
    ],
  },
};

/** A model with every member set. */
export const everything: Everything<ReportModel> = {
  name: 'NAFNet',
  trained: true,
  facts: [{ label: 'Nodes', value: '12 + 34' }],
  ladders: [
    {
      levels: [
        {
          level: 1,
          channels: 16,
          scale: 1,
          join: 'concat',
          graft: { promptChannels: 24, promptSize: 8 },
        },
      ],
      inputs: ['degradation', 'strength'],
    },
  ],
  validation: {
    status: 'failed',
    checks: [
      { ...verdict('loads', 'passed'), unit: 'dB', milliseconds: 12 },
      { ...verdict('parity', 'failed', 'NaN'), unit: 'bytes', milliseconds: 3 },
    ],
    figures,
  },
  comparisons: [
    { title: 'rain', before: image, after: { ...image, caption: 'grafted', note: '30.0 dB' } },
  ],
  strips: [{ title: 'rain', detail: 'rain=1', images: [image] }],
  differences: maps,
  promptMaps: [{ ...maps, title: 'Level 1: the universal prompt' }],
};

/** A model with the members that every report has. */
export function model(name: string, more: Partial<ReportModel> = {}): ReportModel {
  return {
    name,
    trained: true,
    facts: [{ label: 'Nodes', value: '12 + 34' }],
    ladders: [
      {
        levels: [
          ...everything.ladders[0]!.levels,
          { level: 2, channels: 32, scale: 2, join: 'add' },
        ],
        inputs: ['degradation', 'strength'],
      },
    ],
    validation: {
      status: 'passed',
      checks: [verdict('loads', 'passed', 1234.5), verdict('neutral', 'passed', 3.21e-7)],
      figures: { latency: figures.latency, memory: figures.memory },
    },
    strips: [],
    ...more,
  };
}

export const failed: Partial<ReportModel> = {
  validation: {
    status: 'failed',
    checks: [verdict('loads', 'passed'), verdict('labels', 'failed', 'NaN')],
    figures: {},
  },
};

export const notValidated: Partial<ReportModel> = {
  validation: { status: 'skipped', checks: [], figures: {} },
};

export const reportOf = (...models: ReportModel[]): ReportData => ({
  title: 'A title',
  summary: 'What was done.',
  models,
});

/** The same data with every text replaced, except fixed words. */
export function withTexts<T>(value: T, text: string, key = ''): T {
  const fixed = [
    'status',
    'side',
    'device',
    'evidence',
    'precision',
    'join',
    'type',
    'expected',
    'place',
  ];
  if (typeof value === 'string') return (fixed.includes(key) ? value : text) as T;
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withTexts(item, text, key)) as T;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withTexts(item, text, name)]),
  ) as T;
}
