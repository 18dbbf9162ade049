import { type LossKind, lossKinds, type Stage } from '@pip-graft/train';
import { InvalidArgumentError } from 'commander';
import { wholeNumber } from '../options/options.ts';
import { positive, positiveOrZero } from './shared-options.ts';

/** A stage from the command line: options that it omits are those of the run. */
export type GivenStage = Partial<Stage> & Pick<Stage, 'steps'>;

const keys: Readonly<Record<string, readonly [keyof Stage, (text: string) => number | LossKind]>> =
  {
    steps: ['steps', wholeNumber(1, 100_000_000)],
    batch: ['batch', wholeNumber(1, 4096)],
    patch: ['patch', wholeNumber(8, 4096)],
    rate: ['rate', positive],
    'end-rate': ['endRate', positiveOrZero],
    warmup: ['warmup', wholeNumber(0, 1e9)],
    loss: ['loss', lossOf],
  };

/**
 * Adds a stage, for commander's option parser.
 *
 * @example stageOf('steps=24000,batch=8,patch=64,rate=1e-3')
 */
export function stageOf(text: string, all: readonly GivenStage[] = []): GivenStage[] {
  const stage: Record<string, number | string> = {};
  for (const part of text.split(',')) {
    const [key = '', ...values] = part.split('=');
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (!known || values.length !== 1)
      throw new InvalidArgumentError(
        `expected KEY=VALUE joined by commas, as steps=24000,batch=8,patch=64,rate=1e-3; the keys are ${Object.keys(keys).join(', ')}.`,
      );
    if (known[0] in stage) throw new InvalidArgumentError(`'${key}' is given twice.`);
    try {
      stage[known[0]] = known[1](values[0]!);
    } catch (error) {
      throw new InvalidArgumentError(`${key}: ${(error as Error).message}`);
    }
  }
  if (!('steps' in stage)) throw new InvalidArgumentError("a stage needs 'steps'.");
  return [...all, stage as unknown as GivenStage];
}

function lossOf(text: string): LossKind {
  const found = lossKinds.find((kind) => kind === text);
  if (found) return found;
  throw new InvalidArgumentError(`expected one of ${lossKinds.join(', ')}.`);
}
