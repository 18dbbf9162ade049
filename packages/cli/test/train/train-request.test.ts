import { describe, expect, it } from 'vitest';
import { stageOf } from '../../src/train/train-request.ts';

describe('stageOf', () => {
  it('reads the settings of each stage in order', () => {
    const first = stageOf('steps=24000,batch=8,patch=64,rate=1e-3');
    expect(first).toEqual([{ steps: 24000, batch: 8, patch: 64, rate: 1e-3 }]);
    expect(stageOf('steps=5,end-rate=0,warmup=2,loss=psnr', first)).toEqual([
      ...first,
      { steps: 5, endRate: 0, warmup: 2, loss: 'psnr' },
    ]);
  });

  it.each([
    ['steps=0', /steps: expected a whole number from 1/],
    ['batch=4', /a stage needs 'steps'/],
    ['steps=4,size=3', /the keys are steps, batch/],
    ['steps=4,rate', /KEY=VALUE/],
    ['steps=4,rate=-1', /rate: expected a number above 0/],
    ['steps=4,loss=l2', /loss: expected one of/],
    ['steps=4,steps=5', /'steps' is given twice/],
    ['steps=4,toString=5', /the keys are/],
    ['', /the keys are/],
  ])('rejects %j', (text, message) => {
    expect(() => stageOf(text)).toThrow(message);
  });
});
