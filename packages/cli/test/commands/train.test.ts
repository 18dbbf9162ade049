import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cropImage } from '@pip-graft/imaging';
import { decodeImage, writeImage } from '@pip-graft/restore';
import { learned } from '@pip-graft/train';
import { readSafetensors } from '@pip-graft/weights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readState } from '../../../train/src/state/state-file.ts';
import { bin, graft, json } from '../graft.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (name: string) => readFileSync(join(folder, name));
const linesOf = (name: string) =>
  existsSync(join(folder, name)) ? bytes(name).toString().split('\n').length - 1 : 0;
const photo = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
const small = ['--batch', '2', '--patch', '16', '--workers', '1', '--threads', '1'];
const train = (...args: string[]) => [
  'train',
  '--host',
  'host.onnx',
  '--data',
  'photos',
  ...small,
  ...args,
];

beforeAll(() => {
  mkdirSync(join(folder, 'photos'));
  copyFileSync(photo, join(folder, 'photos/chelsea.jpg'));
  // One level only: loading a training graph takes most of a short run.
  const build = ['--dim', '8', '--blocks', '1', '--decoder', '1'];
  json(folder, 'backbone', 'build', 'nafnet-small', ...build, '-o', 'host.onnx');
  const few = ['--dim', '8', '--blocks', '1,0,0,0', '--refinement', '0'];
  json(folder, 'backbone', 'build', 'restormer-small', ...few, '-o', 'r.onnx');
});

describe('graft train', () => {
  it('creates an adapter that records its training and can be grafted', () => {
    const made = json(
      folder,
      ...train(
        '-o',
        'a',
        '--steps',
        '6',
        '--html',
        'a.html',
        '--adapter',
        'init:labels=noise+haze',
      ),
    );
    expect(made).toMatchObject({ steps: 6, labels: ['noise', 'haze'], stopped: false });
    expect(made['runtimeShare']).toBeGreaterThan(0);
    expect(made['runtimeShare']).toBeLessThan(1);
    expect(json(folder, 'adapter', 'info', './a')).toMatchObject({
      name: 'a',
      training: { steps: 6, batch: 2, patch: 16, photos: 1 },
    });
    json(folder, 'apply', 'host.onnx', '--adapter', './a', '-o', 'grafted.onnx');
    expect(json(folder, 'inspect', 'grafted.onnx')).toMatchObject({
      graft: { adapters: [{ trained: true }] },
    });
    expect(readFileSync(join(folder, 'a.log.csv'), 'utf8').trim().split('\n')).toHaveLength(7);
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toMatch(/<svg[\s\S]*step 6/);
  });

  it('accepts the PSNR loss and AdamW settings and records them', () => {
    const settings = [
      '--loss',
      'psnr',
      '--betas',
      '0.8,0.9',
      '--weight-decay',
      '0',
      '--angles',
      '0',
    ];
    const made = json(
      folder,
      ...train('-o', 'p', '--steps', '3', '--prompt-rate', '1e-3', ...settings),
    );
    const training = {
      loss: 'psnr',
      betas: [0.8, 0.9],
      weightDecay: 0,
      angles: 0,
      promptRate: 1e-3,
    };
    expect(made['training']).toMatchObject({ ...training, spikes: false });
    expect(made['training']).not.toHaveProperty('spikeSteps');
    expect(made['loss']).toBeLessThan(0);
    const { optimiser } = readState(join(folder, 'p.state.safetensors'));
    expect(optimiser.options).toMatchObject({ betas: [0.8, 0.9], weightDecay: 0 });
  });

  it('with --spikes, records on how many steps the spike rule acted', () => {
    const made = json(folder, ...train('-o', 's', '--steps', '12', '--spikes'));
    const lines = readFileSync(join(folder, 's.log.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('step,loss,psnr,rate,norm,spike');
    const acted = lines.slice(1).filter((line) => line.endsWith(',1')).length;
    expect(made['training']).toMatchObject({ spikes: true, spikeSteps: acted });
  });

  it('previews the training patches, with the options of a run and the same each time', () => {
    const preview = (...args: string[]) =>
      json(folder, 'train', 'preview', '--data', 'photos', '--patch', '16', ...args);
    const degrade = [
      '--labels',
      'noise+jpeg',
      '--degrade',
      'noise.sigma=25',
      '--clean',
      '0',
      '--flat',
      '0',
    ];
    const made = preview('-o', 'sheet.png', ...degrade);
    expect(made).toMatchObject({
      degrade: { noise: { sigma: [25, 25] }, jpeg: { quality: [10, 40] } },
      rows: [
        { name: 'noise', patches: 8 },
        { name: 'jpeg', patches: 8 },
      ],
    });
    preview('-o', 'again.png', ...degrade);
    expect(bytes('again.png').equals(bytes('sheet.png'))).toBe(true);
    preview('-o', 'other.png', ...degrade, '--seed', '1');
    expect(bytes('other.png').equals(bytes('sheet.png'))).toBe(false);
    preview('-o', 'sheet.png', ...degrade, '--seed', '1');
    expect(bytes('sheet.png').equals(bytes('other.png'))).toBe(true);
  });

  it('previews over no image but an earlier sheet', async () => {
    await writeImage(join(folder, 'mine.png'), await decodeImage(readFileSync(photo)));
    const before = bytes('mine.png');
    const args = ['train', 'preview', '--data', 'photos', '--patch', '16', '-o', 'mine.png'];
    expect(graft(folder, ...args)).toMatchObject({
      status: 7,
      stderr: expect.stringContaining(
        'mine.png: a file that is not a contact sheet is there; choose another name, or --force to replace it.',
      ),
    });
    expect(bytes('mine.png').equals(before)).toBe(true);
    json(folder, ...args, '--force');
  });

  it.each([
    [
      ['--degrade', 'haze.t=0.9..0.2'],
      /degrade haze\.t=0\.9\.\.0\.2: .*write haze\.t=0\.2\.\.0\.9/,
    ],
    [['--degrade', 'haze.beta=1'], /has no range 'beta' \(it has t, air/],
    [['--clean', '2'], /--clean.*share from 0 to 1/],
    [['--clean', '0.9', '--off', '0.2'], /together they are 1\.18/],
    [['--label-shares', 'snow=2'], /label-shares: 'snow' is not a label/],
  ])('rejects %j and leaves no file behind', (args, message) => {
    for (const command of [
      train('-o', 'refused', ...args),
      ['train', 'preview', '--data', 'photos', '--patch', '16', '-o', 'refused.png', ...args],
    ]) {
      const ended = graft(folder, ...command);
      expect(ended.status).toBe(2);
      expect(ended.stderr).toMatch(message);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });

  it('resumes bit for bit after it was stopped', () => {
    const options = ['--steps', '8', '--save-every', '3'];
    json(folder, ...train('-o', 'whole', ...options));
    // Stands for a run of the same eight steps that dies after its fifth: the state of its third.
    json(folder, ...train('-o', 'parts', ...options));
    const state = bytes('parts.state.safetensors');
    expect(state.equals(bytes('whole.state.safetensors'))).toBe(true);
    // Options that only change the pace may differ: recomputed activations have the same bits.
    const again = json(folder, ...train('-o', 'parts', ...options, '--resume', '--checkpointing'));
    expect(again).toMatchObject({ steps: 8 });
    expect(
      bytes('parts/adapter_model.safetensors').equals(bytes('whole/adapter_model.safetensors')),
    ).toBe(true);
  });

  it('resumes with more steps and another rate, and records both changes', () => {
    json(folder, ...train('-o', 'more', '--steps', '3'));
    const again = ['-o', 'more', '--steps', '5', '--warmup', '0', '--rate', '1e-3', '--resume'];
    const made = json(folder, ...train(...again));
    expect(made).toMatchObject({ steps: 5, stopped: false });
    expect((made['training'] as { changes: unknown }).changes).toEqual([
      { step: 3, option: 'steps', from: 3, to: 5 },
      { step: 3, option: 'rate', from: 3.6e-4, to: 1e-3 },
    ]);
    expect(readState(join(folder, 'more.state.safetensors')).changes).toHaveLength(2);
  });

  it('killed in its second stage, it leaves nothing broken and resumes bit for bit', async () => {
    mkdirSync(join(folder, 'held'));
    const cut = await decodeImage(readFileSync(photo));
    await writeImage(join(folder, 'held/part.png'), cropImage(cut, 64, 64));
    const stages = ['--stage', 'steps=4,batch=2', '--stage', 'steps=26,batch=1,patch=32,rate=2e-4'];
    const measured = ['--validate', 'held', '--validate-every', '5', '--average', '0.9'];
    const options = [...stages, ...measured, '--save-every', '1'];
    const whole = json(folder, ...train('-o', 'w', ...options, '--html', 'w.html'));
    const killed = spawn(process.execPath, [bin, ...train('-o', 'k', ...options)], { cwd: folder });
    const ended = new Promise((resolve) => killed.on('exit', resolve));
    while (killed.exitCode === null && linesOf('k.log.csv') < 8)
      await new Promise((resolve) => setTimeout(resolve, 5));
    killed.kill('SIGKILL');
    await ended;
    const { step } = readState(join(folder, 'k.state.safetensors'));
    expect(step).toBeGreaterThan(4);
    expect(step).toBeLessThan(30);
    json(folder, ...train('-o', 'k', ...options, '--resume'));
    for (const file of [
      '/adapter_model.safetensors',
      '.state.safetensors',
      '.best.state.safetensors',
      '.log.csv',
      '.validation.csv',
    ])
      expect(bytes(`k${file}`).equals(bytes(`w${file}`)), file).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    // The best validation is what is kept, and the record and the page say so.
    const { training, best } = whole as {
      training: Record<string, unknown>;
      best: { step: number; mean: number };
    };
    const rows = readFileSync(join(folder, 'w.validation.csv'), 'utf8').trim().split('\n').slice(1);
    const means = rows.map((row) => Number(row.split(',')[1]));
    expect(rows.map((row) => Number(row.split(',')[0]))).toEqual([5, 10, 15, 20, 25, 30]);
    expect(best.mean).toBe(Math.max(...means));
    expect(best.step).toBe(5 * (1 + means.indexOf(best.mean)));
    expect(training).toMatchObject({
      validation: { images: 1, patch: 32, best: { step: best.step } },
    });
    expect(training['stages']).toMatchObject([
      { steps: 4, batch: 2, patch: 16, rate: 3.6e-4, endRate: 2e-4 },
      { steps: 26, batch: 1, patch: 32, rate: 2e-4, endRate: 0 },
    ]);
    const kept = learned(readState(join(folder, 'w.best.state.safetensors')));
    const adapter = readSafetensors(bytes('w/adapter_model.safetensors')).tensors;
    expect(adapter.get('level1.gate')!.data).toEqual(kept.get('level1.gate')!.data);
    const page = readFileSync(join(folder, 'w.html'), 'utf8');
    expect(page).toMatch(/Validation: PSNR in dB, noise/);
    expect([...page.matchAll(/<img src="data:image\/webp/g)].length % 3).toBe(0);
    expect(page).toMatch(/alt="noise: restored"/);
  });

  it.each(['--validate-every', '--validate-patch', '--patience'])(
    'rejects %s without --validate',
    (option) => {
      const ended = graft(folder, ...train('-o', 'refused', option, '16'));
      expect(ended.status).toBe(2);
      expect(ended.stderr).toContain(`${option}: nothing is validated; pass --validate as well.`);
    },
  );

  it('stops after as many validations without improvement as --patience allows', () => {
    // At a rate of nearly zero the mean of the first validation stays the best.
    const options = ['--steps', '20', '--rate', '1e-30', '--validate', 'held', '--save-every', '5'];
    const made = json(
      folder,
      ...train('-o', 'spent', ...options, '--validate-every', '2', '--patience', '2'),
    );
    expect(made).toMatchObject({ steps: 6, stopped: false, best: { step: 2 } });
    expect(readState(join(folder, 'spent.state.safetensors')).step).toBe(6);
  });

  it.for([
    // Room for one state, but not for the next one beside it, which is to replace it.
    ['the second state', 1.5, '3', 3],
    ['the adapter', 1.2, '100', 8],
  ] as const)(
    'a full disk at %s: exit 7, saved work stays, and the run can be resumed',
    ([, room, every, step], context) => {
      const disk = join(folder, `disk${every}`);
      const size = (times: number) =>
        `size=${Math.ceil((times * bytes('whole.state.safetensors').length) / 1024)}k`;
      mkdirSync(disk);
      try {
        mount('-t', 'tmpfs', '-o', size(room), 'tmpfs', disk);
      } catch {
        return context.skip('no small file system can be mounted here (it takes the superuser)');
      }
      try {
        const options = ['-o', `disk${every}/a`, '--steps', '8', '--save-every', every];
        const ended = graft(folder, ...train(...options));
        expect(ended.status).toBe(7);
        expect(ended.stderr).toContain('the disk is full');
        expect(readdirSync(disk).sort()).toEqual(['a.log.csv', 'a.state.safetensors']);
        expect(readState(join(disk, 'a.state.safetensors')).step).toBe(step);
        mount('-o', `remount,${size(4)}`, disk);
        json(folder, ...train(...options, '--resume'));
        for (const file of ['/adapter_model.safetensors', '.state.safetensors', '.log.csv'])
          expect(bytes(`disk${every}/a${file}`).equals(bytes(`whole${file}`)), file).toBe(true);
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  it('trains the host alone, or together with an adapter that is then bound to it', () => {
    const alone = ['--adapter', 'none', '--params', 'all', '--labels', 'noise', '--steps', '5'];
    json(folder, ...train('-o', 'denoiser.onnx', ...alone));
    expect(json(folder, 'check', 'denoiser.onnx')).toMatchObject({ findings: [] });
    const diff = json(folder, 'diff', 'host.onnx', 'denoiser.onnx') as Record<
      string,
      { added: string[]; removed: string[]; changed: string[] }
    >;
    expect(diff['initializers']!.changed.length).toBeGreaterThan(20);
    expect(diff['nodes']).toMatchObject({ added: [], removed: [], changed: [] });
    const along = ['--params', 'pip+decoder', '--host-output', 'along.onnx', '--steps', '3'];
    json(folder, ...train('-o', 'along', ...along));
    expect(graft(folder, 'apply', 'host.onnx', '--adapter', './along', '-o', 'x.onnx').status).toBe(
      4,
    );
    json(folder, 'apply', 'along.onnx', '--adapter', './along', '-o', 'x.onnx');
    const decoder = json(folder, 'diff', 'host.onnx', 'along.onnx') as typeof diff;
    expect(decoder['initializers']!.changed.length).toBeLessThan(
      diff['initializers']!.changed.length,
    );
    expect(decoder['initializers']!.changed.join()).not.toContain('intro');
  });

  it.each([
    ['nothing to learn', ['-o', 'b.onnx', '--adapter', 'none'], 2, /--params all/],
    ['a host with no place', ['-o', 'b', '--params', 'all'], 2, /--host-output/],
    [
      'the host in its own place',
      ['-o', 'host.onnx', '--adapter', 'none', '--params', 'all'],
      2,
      /host\.onnx/,
    ],
    ['an adapter is there', ['-o', 'a'], 7, /--force/],
    [
      'other options',
      ['-o', 'whole', '--resume', '--steps', '8', '--betas', '0.5,0.5'],
      4,
      /differs in betas \(\[0\.5,0\.5\] instead of \[0\.9,0\.999\]\);/,
    ],
    ['fewer steps than are done', ['-o', 'whole', '--resume', '--steps', '5'], 4, /8 are done/],
    ['another adapter', ['-o', 'a', '--resume', '--steps', '6'], 4, /adapter \(another one\)/],
    ['a stage of zero steps', ['-o', 'b', '--stage', 'steps=0'], 2, /steps: expected/],
    ['steps beside stages', ['-o', 'b', '--stage', 'steps=4', '--steps', '4'], 2, /--steps/],
    ['patience without validation', ['-o', 'b', '--patience', '2'], 2, /--validate as well/],
    [
      'validation on what is learned from',
      ['-o', 'b', '--validate', 'twins'],
      2,
      /twins.cat\.jpg: it holds the same image as photos.chelsea\.jpg/,
    ],
    ['a share of one image', ['-o', 'b', '--validate', '5%'], 2, /too few to split/],
    ['a foreign folder', ['-o', 'broken'], 7, /holds files and is not an adapter/],
    ['spikes of a loss below 0', ['-o', 'b', '--loss', 'psnr', '--spikes'], 2, /--no-spikes/],
    ['betas that are none', ['-o', 'b', '--betas', '0.9'], 2, /two numbers/],
    ['no photos', ['-o', 'b', '--data', 'empty'], 2, /empty/],
    ['a folder that is not there', ['-o', 'b', '--data', 'nowhere'], 7, /nowhere/],
    [
      'a patch that does not fit',
      ['-o', 'b', '--host', 'r.onnx', '--patch', '18'],
      2,
      /multiples of 8/,
    ],
    [
      'a step that no machine holds',
      ['-o', 'b', '--batch', '4096', '--patch', '256'],
      1,
      /4096 patches of 256 pixels takes about \d+ GiB, .*batch \d+, patch \d+ fits.*checkpointing/,
    ],
    ['a photo that is too small', ['-o', 'b', '--patch', '512'], 2, /chelsea\.jpg/],
    ['an unreadable photo', ['-o', 'b', '--data', 'broken'], 5, /broken.*bad\.jpg/],
    ['a label that cannot be made', ['-o', 'b', '--adapter', 'init:labels=fog'], 2, /fog/],
    ['pairs for another label', ['-o', 'b', '--pairs', 'fog=photos'], 7, /photos/],
  ])('rejects %s', (_, args, status, message) => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    mkdirSync(join(folder, 'broken'), { recursive: true });
    mkdirSync(join(folder, 'twins'), { recursive: true });
    copyFileSync(photo, join(folder, 'twins/cat.jpg'));
    writeFileSync(join(folder, 'broken/bad.jpg'), 'no picture');
    const ended = graft(folder, ...train(...args));
    expect(ended).toMatchObject({ status, stderr: expect.stringMatching(message) });
    expect(readdirSync(folder).filter((name) => /^\.?b(\.|$)/.test(name))).toEqual([]);
  });
});

function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: 'ignore' });
}
