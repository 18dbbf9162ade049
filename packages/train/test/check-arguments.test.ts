import {
  openBatches,
  openStepper,
  preview,
  runFiles,
  stageOptions,
  trainAdapter,
  trainingGraph,
} from '@pip-graft/train';
import { expect, it } from 'vitest';

/** A value as a program without types passes it. */
const any = (value: unknown) => value as never;

it.each<[string, () => unknown, string]>([
  ['openBatches', () => openBatches(any(undefined)), ': it takes an object'],
  ['openStepper', () => openStepper(any({})), ': it takes a graph'],
  ['preview', () => preview(any({ seed: 1 })), ": 'patch' is a number"],
  ['runFiles', () => runFiles(any(undefined)), ': it takes a path as text'],
  ['stageOptions', () => stageOptions(any({}), any(undefined)), ": 'stages' is a list"],
  ['trainAdapter', () => trainAdapter(any({}), any({}), any({}), any({})), ': it takes a stepper'],
  ['trainingGraph', () => trainingGraph(any({}), null, any(undefined)), ': options: it takes an'],
])('%s says what it takes', async (name, call, message) => {
  await expect((async () => call())()).rejects.toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`${name}${message}`) as string,
    }) as Error,
  );
});
