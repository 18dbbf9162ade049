import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@pip-graft/cli/config';
import { backbonePresets, buildBackbone } from '@pip-graft/graft';
import { saveExternalized } from '@pip-graft/graft/node';
import { GraftError } from '@pip-graft/onnx-graft';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ConfigPath, configLines } from '../../../src/convert/config/config-lines.ts';
import { chooseJobs, loadConfig } from '../../../src/convert/config/load-config.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-config-'));
  for (const name of ['adapter', 'photos']) mkdirSync(join(folder, name));
  const model = buildBackbone(backbonePresets['nafnet-tiny'], 1);
  await saveExternalized(model, join(folder, 'apart.onnx'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const source = { onnx: 'host.onnx' };
const job = { name: 'a', source, output: 'a.onnx' };

async function refusal(config: unknown): Promise<GraftError> {
  writeFileSync(join(folder, 'bad.json'), JSON.stringify(config, null, 2));
  const error: unknown = await loadConfig('bad.json', folder).catch((thrown: unknown) => thrown);
  if (!(error instanceof GraftError)) throw new Error('it was taken');
  return error;
}

describe('a config', () => {
  it('is read from JSON and from code, also TypeScript', async () => {
    const config = defineConfig({ jobs: [job] });
    const text = `import type { Config } from '@pip-graft/cli/config';\nconst config: Config = ${JSON.stringify(config)};\nexport default config;\n`;
    writeFileSync(join(folder, 'graft.config.json'), `\uFEFF${JSON.stringify(config)}`);
    writeFileSync(join(folder, 'other.ts'), text);
    writeFileSync(join(folder, 'other.mjs'), `export default ${JSON.stringify(config)}`);
    expect(await loadConfig(undefined, folder)).toMatchObject({ folder, config });
    expect((await loadConfig('other.ts', folder)).config).toEqual(config);
    expect((await loadConfig('other.mjs', folder)).config).toEqual(config);
    writeFileSync(join(folder, 'jobs.conf'), JSON.stringify(config));
    expect((await loadConfig('jobs.conf', folder)).config).toEqual(config);
  });

  it('is rejected if a key is there twice, of which JSON would keep the last', async () => {
    const text = `{
  "jobs": [
    { "name": "a", "source": { "onnx": "host.onnx" }, "output": "a.onnx",
      "gates": { "maxBytes": 1,
        "maxBytes": 2 },
      "precision": "float16", "precision": "float32" }
  ]
}`;
    writeFileSync(join(folder, 'twice.json'), `\uFEFF${text}`);
    await expect(loadConfig('twice.json', folder)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      line: 5,
      message: `${join(folder, 'twice.json')}: line 5, job 'a', gates.maxBytes: the key is there twice; keep one; line 6, job 'a', precision: the key is there twice; keep one.`,
    });
  });

  it.each([
    ['no jobs', { jobs: [] }, 'jobs: there are none; list at least one.'],
    ['an unknown key', { jobs: [job], cahce: true }, 'cahce'],
    [
      'an unknown key of a job',
      { jobs: [{ ...job, gate: {} }] },
      "bad.json: line 9, job 'a': Unrecognized key: \"gate\"; did you mean 'gates'?",
    ],
    [
      'an unknown key of a source',
      { jobs: [{ ...job, source: { ...source, sed: 1 } }] },
      "line 7, job 'a', source: Unrecognized key: \"sed\"; did you mean 'seed'?",
    ],
    [
      'a network that is not known',
      { jobs: [{ ...job, source: { backbone: 'unet' } }] },
      "line 6, job 'a', source.backbone: Invalid option: expected one of \"",
    ],
    [
      'a gate on a device that is not known',
      { jobs: [{ ...job, gates: { validate: { device: 'tpu' } } }] },
      'gates.validate.device: Invalid option: expected one of "cpu"|"cuda"|"webgpu"',
    ],
    [
      'a size in other units',
      { jobs: [{ ...job, gates: { maxBytes: '40 KB' } }] },
      "gates.maxBytes: expected a text such as '40 MB', with B, kB, MB or GB.",
    ],
    [
      'a range without a graft to write it into',
      { jobs: [{ ...job, range: '0..255' }] },
      'range: it says how to graft, but there are no adapters',
    ],
    [
      'a feed that is no number',
      { jobs: [{ ...job, adapters: ['init'], feeds: { sigma: '25' } }] },
      "job 'a', feeds.sigma",
    ],
    [
      'a name that is a path',
      { jobs: [{ ...job, name: '../a' }] },
      "job '../a', name: must begin with a letter or digit; then letters, digits, '.', '_', '-'",
    ],
    ['no output', { jobs: [{ name: 'a', source }] }, "job 'a', output: missing"],
    ['an empty output', { jobs: [{ ...job, output: '' }] }, "job 'a', output: empty"],
    [
      'an output with a NUL',
      { jobs: [{ ...job, output: 'a\0b.onnx' }] },
      "job 'a', output: a path holds no NUL character",
    ],
    [
      'an empty source',
      { jobs: [{ ...job, source: { onnx: '' } }] },
      "job 'a', source.onnx: empty",
    ],
    [
      'a name twice',
      { jobs: [job, { ...job, output: 'b.onnx' }] },
      "job 'a', name: jobs[0] has that name already",
    ],
    [
      'a size without a unit',
      { jobs: [{ ...job, gates: { maxBytes: 'big' } }] },
      "job 'a', gates.maxBytes: expected a text such as '40 MB'",
    ],
    [
      'a job that is not there',
      { jobs: [{ ...job, source: { job: 'b' } }] },
      "job 'a', source.job: there is no job 'b'",
    ],
    ['a job that waits for itself', { jobs: [{ ...job, source: { job: 'a' } }] }, 'a → a'],
    [
      'a cycle',
      {
        jobs: [
          { ...job, source: { job: 'c' } },
          { name: 'b', source: { job: 'a' }, output: 'b.onnx' },
          { name: 'c', source: { job: 'b' }, output: 'c.onnx' },
        ],
      },
      'each waits for the next: a → c → b → a',
    ],
    [
      'two jobs writing one file',
      { jobs: [job, { ...job, name: 'b', output: './x/../a.onnx' }] },
      "job 'b', output: 'a.onnx' is written by 'a', too",
    ],
    [
      'a model where data goes',
      {
        jobs: [
          { ...job, external: 'file' },
          { ...job, name: 'b', output: 'a.onnx.data' },
        ],
      },
      "'a.onnx.data' is written by 'a', too",
    ],
    [
      'an output that is a source',
      { jobs: [{ ...job, output: 'host.onnx' }] },
      "'host.onnx' is the source of 'a'",
    ],
    [
      'an output that is a folder',
      { jobs: [{ ...job, output: 'out/' }] },
      "job 'a', output: 'out/' names a folder; name the file in it",
    ],
    [
      'an output that is the config',
      { jobs: [{ ...job, output: 'bad.json' }] },
      "'bad.json' is the config",
    ],
    [
      'an output that is the lock file',
      { jobs: [{ ...job, output: 'bad.lock.json' }] },
      "'bad.lock.json' is the lock file, which it would replace",
    ],
    [
      "an output in an adapter's folder",
      { jobs: [{ ...job, adapters: ['./adapter'], output: 'adapter/adapter_config.json' }] },
      "'adapter/adapter_config.json' is in an adapter of 'a'; write it elsewhere",
    ],
    [
      "an output in a sensor's folder",
      { jobs: [{ ...job, adapters: ['init'], auto: 'adapter', output: 'adapter/s.onnx' }] },
      "'adapter/s.onnx' is in the sensor of 'a'; write it elsewhere",
    ],
    [
      "an output that is a gate's image",
      {
        jobs: [
          {
            ...job,
            precision: 'float16',
            output: 'photo.png',
            gates: { parity: { psnr: 60, image: 'photo.png' } },
          },
        ],
      },
      "'photo.png' is a gate's image of 'a', which it would replace",
    ],
    [
      "an output among a gate's images",
      {
        jobs: [
          { ...job, output: 'photos/0.png', gates: { quality: [{ data: 'photos', psnr: 9 }] } },
        ],
      },
      "'photos/0.png' is in a gate's images of 'a'; write it elsewhere",
    ],
    [
      "an output that is a source's data",
      { jobs: [{ ...job, source: { onnx: 'apart.onnx' }, output: 'apart.onnx.data' }] },
      "'apart.onnx.data' is data of the source of 'a', which it would replace",
    ],
    [
      'outputs that differ only in case',
      { jobs: [job, { ...job, name: 'b', output: 'A.onnx' }] },
      "job 'b', output: 'A.onnx' and 'a.onnx' of 'a' differ only in case, and are one file on macOS and Windows",
    ],
    [
      'parity of what stays float32',
      { jobs: [{ ...job, gates: { parity: { psnr: 60 } } }] },
      "job 'a', gates.parity",
    ],
    [
      'how to graft nothing',
      { jobs: [{ ...job, bake: 'rain' }] },
      "job 'a', bake: it says how to graft",
    ],
  ])('is rejected for %s, naming the place', async (_, config, says) => {
    const error = await refusal(config);
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toContain(says);
  });

  it('recognises two names of one file through links', async () => {
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'linked'));
    const error = await refusal({
      jobs: [
        { ...job, output: 'real/a.onnx' },
        { ...job, name: 'b', output: 'linked/a.onnx' },
      ],
    });
    expect(error.message).toContain("is written by 'a', too");
  });

  it('reports all problems at once', async () => {
    const error = await refusal({ jobs: [job, { ...job, bake: 'rain' }] });
    const { message } = error;
    expect(message).toContain("line 11, job 'a', name:");
    expect(message).toContain("line 15, job 'a', output:");
    expect(message).toContain("line 16, job 'a', bake:");
    expect(error).toMatchObject({ line: 11 });
  });

  it('reports a missing file, invalid JSON and code that throws', async () => {
    await expect(loadConfig('none.json', folder)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    writeFileSync(join(folder, 'cut.json'), '{ "jobs": [');
    await expect(loadConfig('cut.json', folder)).rejects.toThrow(
      /cut\.json: line 1, it is not JSON: .* is expected.*; correct it there\.$/,
    );
    writeFileSync(join(folder, 'jobs.yaml'), 'jobs:\n  - name: a\n');
    await expect(loadConfig('jobs.yaml', folder)).rejects.toThrow(
      /jobs\.yaml: line 1, it is not JSON/,
    );
    for (const [text, line, why] of [
      ['{\n  // all\n  "jobs": []\n}', 2, 'it has no comments'],
      ['{\n  "jobs": [],\n}', 3, 'a name in double quotes is expected, and no comma before }'],
      ['{\n  "jobs": [\n  1,\n ]\n}', 4, 'a value is expected, and no comma before ]'],
      ['{ "jobs"\n  [] }', 2, "':' is expected"],
      ["{ 'jobs': [] }", 1, 'a name, a number or a text is not as JSON writes it'],
    ] as const) {
      writeFileSync(join(folder, 'odd.json'), text);
      await expect(loadConfig('odd.json', folder)).rejects.toMatchObject({
        line,
        message: `${join(folder, 'odd.json')}: line ${line}, it is not JSON: ${why}; correct it there.`,
      });
    }
    writeFileSync(join(folder, 'throws.mjs'), "throw new Error('no luck');");
    await expect(loadConfig('throws.mjs', folder)).rejects.toThrow(/could not be run: no luck/);
  });
});

it('of code prints nothing to standard output, which is for results', async () => {
  const written = vi.spyOn(console, 'log').mockImplementation(() => {});
  const warned = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const code = `console.log('hello'); export default ${JSON.stringify({ jobs: [job] })}`;
    writeFileSync(join(folder, 'chatty.mjs'), code);
    await loadConfig('chatty.mjs', folder);
    expect(written.mock.calls).toEqual([]);
    expect(warned.mock.calls).toEqual([['hello']]);
    const { log } = console;
    expect(log).toBe(written);
  } finally {
    written.mockRestore();
    warned.mockRestore();
  }
});

describe('the line of a config path', () => {
  const json =
    '{\n  "jobs": [\n    { "name": "a",\n      "gates": {\n        "maxBytes": 1 } }\n  ]\n}';
  it.each<[ConfigPath, number]>([
    [['jobs', 0], 3],
    [['jobs', 0, 'gates', 'maxBytes'], 5],
    [['jobs', 0, 'gates', 'validate'], 4],
    [['jobs', 3], 2],
    [[], 1],
  ])('%j is %i', (path, line) => {
    expect(configLines(json, true, ['a'])(path)).toBe(line);
  });

  it("is the line of the job's name in code, and unknown for a computed name", () => {
    const code = "const x = 1;\nexport default { jobs: [{\n  name: 'a.b' }] };";
    expect(configLines(code, false, ['a.b', 'c'])(['jobs', 0, 'gates'])).toBe(3);
    expect(configLines(code, false, ['a.b', 'c'])(['jobs', 1])).toBeUndefined();
  });
});

describe('chooseJobs', () => {
  const jobs = [
    { name: 'host', source, output: 'h.onnx' },
    { name: 'rain', source: { job: 'host' }, output: 'r.onnx' },
    { name: 'other', source, output: 'o.onnx' },
  ];

  it('includes the jobs that a job starts from', () => {
    expect(chooseJobs(jobs, 'rain').map(({ name }) => name)).toEqual(['host', 'rain']);
    expect(chooseJobs(jobs, undefined)).toEqual(jobs);
  });

  it('rejects a name that no job has', () => {
    expect(() => chooseJobs(jobs, 'rain,snow')).toThrow(/'snow': there is no such job/);
  });
});
