import { GraftError } from '@pip-graft/onnx-graft';
import { expect, test } from 'vitest';
import { summarise } from '../../src/restore/summarise.ts';

const job = (name: string) => ({ path: `in/${name}`, name, output: `out/${name}` });
const run = { model: 'm.onnx', device: 'cpu', faults: [], labels: [] } as const;
const plan = { width: 8, height: 8, columns: [0], rows: [0], overlap: 0 };

test('has one line per image, whatever is in its name', () => {
  const jobs = [job('a\nin/b.png → out/b.png'), job('c\u2028.png')];
  const failed = { ...jobs[1]!, error: new GraftError('READ_FAILED', 'in/c\n.png: no.') };
  const { text, failure, exit } = summarise({
    ...run,
    jobs,
    outcomes: [{ ...jobs[0]!, plan }, failed],
  });
  const failures = ['1 of 2 images failed:', '  in/c\\n.png: no.'];
  expect(text.split('\n')).toEqual([
    'in/a\\nin/b.png → out/b.png → out/a\\nin/b.png → out/b.png',
    ...failures,
  ]);
  expect({ failure, exit }).toEqual({ failure: failures.join('\n'), exit: 1 });
});

test('has no failure without one', () => {
  const jobs = [job('a.png')];
  const { failure, exit } = summarise({ ...run, jobs, outcomes: [{ ...jobs[0]!, plan }] });
  expect({ failure, exit }).toEqual({ failure: undefined, exit: 0 });
});
