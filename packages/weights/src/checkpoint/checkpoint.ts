import type { FloatTensor } from '../tensor-map.ts';

/** What kind of file a checkpoint is: safetensors, torch.save's zip, or its older form. */
export type CheckpointFormat = 'safetensors' | 'pytorch' | 'pytorch-legacy';

/** A number, text or nothing beside the tensors, such as the epoch. */
export type CheckpointScalar = number | string | boolean | null;

/** A tensor as a file holds it. Its elements become float32, and are read each time you ask for them. */
export interface StoredTensor extends FloatTensor {
  /** Element type in the file, such as `F32`, or PyTorch's name for one that is not read. */
  readonly dtype: string;
  /** Why its elements cannot be read, as `complex64 is not supported`; reading `data` throws then. */
  readonly unread?: string;
}

/** Tensors by their path in a file. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/**
 * Everything in a checkpoint by its path: the keys of the dictionaries around it and its own name,
 * joined by dots, such as `state_dict.net.intro.weight`.
 */
export interface Checkpoint {
  readonly format: CheckpointFormat;
  readonly tensors: StoredTensors;
  /** Numbers and texts beside the tensors. */
  readonly extra: Readonly<Record<string, CheckpointScalar>>;
  /** Paths of everything else, such as arrays and dates. */
  readonly ignored: readonly string[];
}

const mostLength = 120;

/** A name from a file for a message: short, and without characters that act on a terminal. */
export function shownName(name: string): string {
  const plain = name.replace(/[^ -~]/g, '?');
  return plain.length > mostLength ? `${plain.slice(0, mostLength)}…` : plain;
}
