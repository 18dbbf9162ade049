import { argument, didYouMean, GraftError } from '@pip-graft/onnx-graft';
import {
  type PipAttach,
  type PipGate,
  type PipMode,
  type PipPosition,
  pipAttachments,
  pipGates,
  pipModes,
  pipPositions,
} from '../config/pip-config.ts';
import { maxPromptStd } from '../config/validate-config.ts';
import type { InitOptions } from './adapter.ts';

const keys = [
  'mode',
  'attach',
  'gate',
  'position',
  'labels',
  'seed',
  'prompt-channels',
  'prompt-size',
  'prompt-std',
] as const;

type Key = (typeof keys)[number];

/** Allowed values of the keys that take one of a few words. */
export const initChoices = {
  mode: pipModes,
  attach: pipAttachments,
  gate: pipGates,
  position: pipPositions,
} as const;

/**
 * Parses `init` or `init:key=value,…`, which stands for a fresh adapter on the command line.
 *
 * Lists are joined by `+`: labels, and prompt channels or sizes by level. The result is undefined
 * if the text does not begin with `init`.
 * Errors: `INVALID_ARGUMENT`, naming the key and its allowed values.
 *
 * @example parseInit('init:mode=convgate,labels=rain+haze,seed=7')
 */
export function parseInit(text: string): InitOptions | undefined {
  argument.requireMembers({ text }, 'parseInit', { text: 'text' });
  if (text === 'init') return {};
  if (!text.startsWith('init:')) return undefined;
  const given = new Map<Key, string>();
  for (const part of text.slice('init:'.length).split(',')) {
    const at = part.indexOf('=');
    const key = keys.find((candidate) => candidate === part.slice(0, Math.max(at, 0)).trim());
    const value = part.slice(at + 1).trim();
    if (key !== undefined && at >= 0 && value === '') throw invalid(`'${key}' has no value`);
    if (key === undefined || value === '') {
      const known = key === undefined && at > 0 ? keys : [];
      const meant = didYouMean(part.slice(0, Math.max(at, 0)).trim(), known);
      throw invalid(`'${part}' is not KEY=VALUE with a KEY of ${keys.join(', ')}${meant}`);
    }
    if (given.has(key)) throw invalid(`'${key}' is given twice`);
    given.set(key, value);
  }
  const read = <T>(key: Key, name: string, parse: (value: string, key: Key) => T) => {
    const value = given.get(key);
    return value === undefined ? {} : { [name]: parse(value, key) };
  };
  return {
    ...read('mode', 'mode', (value, key): PipMode => oneOf(value, key, initChoices.mode)),
    ...read('attach', 'attach', (value, key): PipAttach => oneOf(value, key, initChoices.attach)),
    ...read('gate', 'gate', (value, key): PipGate => oneOf(value, key, initChoices.gate)),
    ...read(
      'position',
      'position',
      (value, key): PipPosition => oneOf(value, key, initChoices.position),
    ),
    ...read('labels', 'labels', (value) => value.split('+')),
    ...read('seed', 'seed', (value, key) => whole(value, key, 0)),
    ...read('prompt-channels', 'promptChannels', sizes),
    ...read('prompt-size', 'promptSize', sizes),
    ...read('prompt-std', 'promptStd', deviation),
  };
}

function oneOf<T extends string>(value: string, key: Key, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) {
    throw invalid(
      `${key} '${value}' is not one of ${allowed.join(', ')}${didYouMean(value, allowed)}`,
    );
  }
  return found;
}

function sizes(value: string, key: Key): number[] {
  return value.split('+').map((part) => whole(part, key, 1));
}

function deviation(value: string, key: Key): number {
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= maxPromptStd)) {
    throw invalid(`${key} '${value}' is not a number from 0 to ${maxPromptStd}`);
  }
  return number;
}

function whole(value: string, key: Key, least: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < least) {
    throw invalid(`${key} '${value}' is not a whole number of ${least} or more`);
  }
  return number;
}

function invalid(problem: string): GraftError {
  return new GraftError(
    'INVALID_ARGUMENT',
    `--adapter init: ${problem}`.replace(/(?<![?.])$/, '.'),
  );
}
