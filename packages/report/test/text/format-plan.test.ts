import { makePlan, type PlanRequest, requirePlan } from '@pip-graft/pip-core';
import { formatPlan } from '@pip-graft/report/text';
import { describe, expect, it } from 'vitest';
import { tinyHost, tinyRequest } from '../../../pip-core/test/tiny-host.ts';

const request = tinyRequest(tinyHost());
const summaryOf = (asked: PlanRequest) => requirePlan(makePlan(asked)).summary;

describe('formatPlan', () => {
  it('shows a table that says untrained', () => {
    const text = formatPlan(summaryOf({ ...request, options: { inputs: 'optional' } }));
    expect(text).toContain('(UNTRAINED): convgate, residual');
    expect(text).toMatch(
      /^level +skip feature +merge +scale +channels +prompt +type +parameters +M mult-adds$/m,
    );
    expect(text).toMatch(
      /^2 +Relu_2_output_0 +concat merge2 +1\/2 +16 +8 × 4² +float32 +[\d,]+ +[\d.,]+$/m,
    );
    expect(text).toMatch(/^total +[\d,]+ +[\d.,]+$/m);
    expect(text).toContain(
      'inputs added: degradation (B or 1, 3), default rain=0.333,haze=0.333,blur=0.333; strength',
    );
  });

  it('says what is baked', () => {
    const plan = summaryOf({ ...request, options: { bake: { weights: { haze: 1 } } } });
    expect(formatPlan(plan)).toContain('degradation fixed to haze=1, strength 1');
  });
});
