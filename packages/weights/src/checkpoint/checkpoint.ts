import type { FloatTensor } from '../tensor-map.ts';

/** File format of a checkpoint: safetensors, torch.save's zip, or its older form. */
export type CheckpointFormat = 'safetensors' | 'pytorch' | 'pytorch-legacy';

/** A number, text or null beside the tensors, such as the epoch. */
export type CheckpointScalar = number | string | boolean | null;

/** A tensor in a file. Its elements are converted to float32, and read on every access. */
export interface StoredTensor extends FloatTensor {
  /** Element type in the file, such as `F32`, or PyTorch's name of an unsupported type. */
  readonly dtype: string;
  /** Whether it was a NumPy array. */
  readonly array?: boolean;
  /** Why its elements cannot be read, such as `complex64 is not supported`; `data` throws then. */
  readonly unread?: string;
}

/** Tensors by their path in a file. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>;

/**
 * Contents of a checkpoint by path: the keys of the enclosing dictionaries and the name, joined by
 * dots, such as `state_dict.net.intro.weight`.
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

/** A name from a file for a message: shortened, and without terminal control characters. */
export function shownName(name: string): string {
  const plain = name.replace(/[^ -~]/g, '?');
  return plain.length > mostLength ? `${plain.slice(0, mostLength)}…` : plain;
}
