import {
  expectedPlacement,
  measureLatency,
  readyFeeds,
  requireInputs,
  summariseProfile,
} from '@pip-graft/runtime';
import { expect, it } from 'vitest';

/** A value as a program without types passes it. */
const any = (value: unknown) => value as never;

it.each<[string, () => unknown, string]>([
  ['readyFeeds', () => readyFeeds(any(undefined), {}), 'it takes a session'],
  ['readyFeeds', () => readyFeeds(any({ inputs: [] }), any(null)), 'feeds: it takes an object'],
  ['requireInputs', () => requireInputs(any('host.onnx'), []), 'it takes a model'],
  ['expectedPlacement', () => expectedPlacement(any({})), 'it takes facts, which `graphFacts`'],
  ['summariseProfile', () => summariseProfile(any(null), 'cpu', any({})), "'nodes' is a list"],
  ['measureLatency', () => measureLatency(any(undefined)), "'timers' is a list"],
])('%s says what it takes', async (name, call, message) => {
  await expect((async () => call())()).rejects.toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`${name}: ${message}`) as string,
    }) as Error,
  );
});
