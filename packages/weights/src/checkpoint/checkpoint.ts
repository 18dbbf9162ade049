import type { FloatTensor } from '../tensors.ts';

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

/**
 * Limits on checkpoints. Published checkpoints of restoration networks have up to 3,000 tensors;
 * training state doubles or triples that.
 */
export const checkpointLimits = {
  /** Instructions of one pickle: about 30 per tensor. */
  opcodes: 1_000_000,
  /** Values on the machine's stack, and memoized ones. */
  stack: 100_000,
  memo: 500_000,
  /** Bytes of one text or byte string: names are short, configurations as text are not. */
  textBytes: 1024 * 1024,
  /**
   * Characters of a key, and of a path. Published networks have up to 150. Past 16,383, JavaScript's
   * maps take all texts of one length for the same and compare them one by one.
   */
  pathLength: 2000,
  /** Digits or bytes of one integer. */
  integerBytes: 255,
  /** Lists, tuples and dictionaries: four per tensor. */
  containers: 200_000,
  tensors: 30_000,
  rank: 32,
  /** Elements of one tensor: 2 GiB as float32, the most that an ONNX file can hold. */
  elements: 2 ** 29 - 1,
  /** Elements of a tensor with more elements than its storage, such as an expanded one. */
  expandedElements: 2 ** 20,
  /** Elements of all tensors per byte of the file: tied weights share storages a few times. */
  elementsPerByte: 4,
  /** Bytes of one unpacked zip entry. */
  entryBytes: 2 ** 31 - 1,
  /** Bytes of a zip's pickle: names, shapes and settings. */
  pickleBytes: 64 * 1024 * 1024,
  /** Nesting of dictionaries and lists that are opened to reach the tensors. */
  containerDepth: 12,
  /** Numbers, texts and other records kept by path. */
  scalars: 10_000,
  /** Limits on inflated entries: bytes, or a multiple of the file. Weights hardly compress. */
  inflatedBytes: 24 * 1024 * 1024,
  inflatedRatio: 4,
} as const;
