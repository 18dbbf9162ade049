import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cudaKernels } from '../../src/placement/tables/cuda-kernels.ts';
import {
  operatorHistory,
  operatorHistorySource,
} from '../../src/placement/tables/operator-history.ts';

const path = (relative: string): string =>
  fileURLToPath(new URL(`../../../../${relative}`, import.meta.url));

/** The installed version of the Python package onnx; undefined without it. */
function onnxVersion(): string | undefined {
  try {
    const program = 'import onnx; print(onnx.__version__)';
    return execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}

const rows = Object.entries(cudaKernels['']!).flatMap(([opType, texts]) =>
  texts.map((text) => {
    const [from = '', to = ''] = text.split(' ')[0]!.split('-');
    return { opType, from: Number(from), to: to === '' ? undefined : Number(to) };
  }),
);

/** Rows that the published document prints in contradiction to the operator's history. */
const misprints = ['LayerNormalization 1-16', 'ThresholdedRelu 1-undefined'];

describe('the two tables', () => {
  test('know existing operators', () => {
    expect(Object.keys(operatorHistory).length).toBeGreaterThan(190);
    expect(rows.length).toBeGreaterThan(300);
    expect(operatorHistory['Pad']).toEqual([1, 2, 11, 13, 18, 19, 21, 23, 24, 25]);
  });

  test('agree: a kernel starts where its operator changed and ends before the next change', () => {
    const wrong = rows
      .filter(({ opType, from, to }) => {
        const changes = operatorHistory[opType];
        // Some, such as Affine, are older than ONNX's history.
        if (changes === undefined) return false;
        return !changes.includes(from) || (to !== undefined && !changes.includes(to + 1));
      })
      .map(({ opType, from, to }) => `${opType} ${from}-${to}`);
    expect(wrong).toEqual(misprints);
  });

  test.skipIf(onnxVersion() !== operatorHistorySource.version)(
    `the history matches onnx ${operatorHistorySource.version}`,
    () => {
      const written = execFileSync('python3', [path('scripts/kernels/operator_history.py')], {
        encoding: 'utf8',
      });
      const file = 'packages/runtime/src/placement/tables/operator-history.ts';
      expect(readFileSync(path(file), 'utf8')).toBe(written);
    },
  );
});
