import type { Dtype } from '../safetensors/dtype.ts';
import type { TensorMap } from '../tensor-map.ts';

/** What kind of file a checkpoint is: safetensors, torch.save's zip, or its older form. */
export type CheckpointFormat = 'safetensors' | 'pytorch' | 'pytorch-legacy';

/** A number, text or nothing beside the tensors, such as the epoch. */
export type CheckpointScalar = number | string | boolean | null;

/** A checkpoint: its tensors by name, out of their container. */
export interface Checkpoint {
  readonly format: CheckpointFormat;
  /** Keys that were opened to get at the tensors, as `['params']`; empty when they lie open. */
  readonly container: readonly string[];
  /** What was taken off every name, as `net.`; empty when nothing was. */
  readonly prefix: string;
  /** Elements become float32, and are read when they are asked for, each time anew. */
  readonly tensors: TensorMap;
  /** What the file holds each tensor in. */
  readonly dtypes: ReadonlyMap<string, Dtype>;
  readonly extra: Readonly<Record<string, CheckpointScalar>>;
  /** Entries that were left alone, such as an optimiser's state, or weights of another container. */
  readonly ignored: readonly string[];
}
