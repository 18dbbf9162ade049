import type { Model } from '@pip-graft/onnx-graft';
import type { Batch } from '../data/batch.ts';
import type { Figure } from './figure.ts';

/** What of a batch goes into an input; a number goes in as it is. */
export type Feed = keyof Pick<Batch, 'inputs' | 'targets' | 'weights' | 'present'> | number;

/** One training step as a model, and the names of its inputs and outputs. */
export interface TrainingGraph {
  readonly model: Model;
  /** By input. Parameters are inputs, too, under their own names. */
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly loss: string;
  /** Mean squared error, or the share of labels that were taken for present or absent in error. */
  readonly error: string;
  /** What is told of that error. */
  readonly figure: Figure;
  /** Gradient by each parameter. */
  readonly gradients: ReadonlyMap<string, string>;
}
