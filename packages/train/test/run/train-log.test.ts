import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readValidations, TrainLog, ValidationLog } from '../../src/run/train-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'csv-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const line = (step: number, spike = false) => ({
  step,
  loss: -1.5 / step,
  figure: 20 + step,
  rate: 1e-3,
  norm: 0.25,
  spike,
});

describe('TrainLog', () => {
  it('creates its file with the first line and writes each line at once', async () => {
    const path = join(folder, 'a.log.csv');
    const log = new TrainLog(path, 0, 'psnr');
    expect(existsSync(path)).toBe(false);
    await log.add(line(1));
    expect(readFileSync(path, 'utf8')).toBe(
      'step,loss,psnr,rate,norm,spike\n1,-1.5,21,0.001,0.25,0\n',
    );
    await log.add(line(2, true));
    expect(readFileSync(path, 'utf8')).toMatch(/\n2,-0\.75,22,0\.001,0\.25,1\n$/);
  });

  it('resumes after a step and drops later and truncated lines', async () => {
    const path = join(folder, 'b.log.csv');
    const log = new TrainLog(path, 0, 'psnr');
    for (const step of [1, 2, 3]) await log.add(line(step, step === 2));
    writeFileSync(path, `${readFileSync(path, 'utf8')}4,0.0`);
    const before = readFileSync(path, 'utf8');
    const again = new TrainLog(path, 2, 'psnr');
    expect(again.lines).toEqual([line(1), line(2, true)]);
    expect(readFileSync(path, 'utf8')).toBe(before);
    await again.add(line(3));
    expect(new TrainLog(path, 9, 'psnr').lines).toEqual([line(1), line(2, true), line(3)]);
  });
});

it('a validation log reads back as it was written', async () => {
  const path = join(folder, 'v.csv');
  const labels = ['noise', 'rain'];
  const log = new ValidationLog(path, 0, labels);
  const lines = [3, 6].map((step) => ({ step, mean: 25.5, psnr: { noise: 25, rain: 20 + step } }));
  for (const each of lines) await log.add(each);
  expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('step,mean,noise,rain');
  expect(readValidations(path)).toEqual(lines);
  expect(new ValidationLog(path, 5, labels).lines).toEqual(lines.slice(0, 1));
  expect(readValidations(join(folder, 'none.csv'))).toEqual([]);
});
