import type { Dtype } from '../safetensors/dtype.ts';

/** What a name in a pickle means to the reader. Nothing is imported or called for any of them. */
export type GlobalKind =
  | { readonly kind: 'dict' }
  | { readonly kind: 'tuple' }
  | { readonly kind: 'tensor' }
  | { readonly kind: 'parameter' }
  | { readonly kind: 'storage'; readonly dtype: Dtype }
  /** Stands for itself, and so does whatever is made from it. */
  | { readonly kind: 'inert' };

/** A name that a pickle refers to. */
export class PickleGlobal {
  readonly name: string;
  readonly meaning: GlobalKind;
  constructor(name: string, meaning: GlobalKind) {
    this.name = name;
    this.meaning = meaning;
  }
}

const storages: Readonly<Record<string, Dtype>> = {
  DoubleStorage: 'F64',
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

const dtypes = [
  ...['float64', 'float32', 'float16', 'bfloat16'],
  ...['int64', 'int32', 'int16', 'int8', 'uint8', 'bool'],
];

/** The names that tensors are rebuilt from, as `torch.save` writes them. */
const rebuilding: ReadonlyMap<string, GlobalKind> = new Map<string, GlobalKind>([
  ['collections.OrderedDict', { kind: 'dict' }],
  ['torch._utils._rebuild_tensor', { kind: 'tensor' }],
  ['torch._utils._rebuild_tensor_v2', { kind: 'tensor' }],
  ['torch._utils._rebuild_parameter', { kind: 'parameter' }],
  ['torch._utils._rebuild_parameter_with_state', { kind: 'parameter' }],
  ['torch.Size', { kind: 'tuple' }],
  ...Object.entries(storages).map(
    ([name, dtype]) => [`torch.${name}`, { kind: 'storage', dtype }] as const,
  ),
]);

/**
 * Names that published training checkpoints have beside their tensors: options, counters and scores
 * of the training. They are kept as names. A closed list: whatever is not here is refused.
 */
const inert: ReadonlySet<string> = new Set([
  ...dtypes.map((name) => `torch.${name}`),
  'torch.device',
  // Options of the training script, and where its files were.
  'argparse.Namespace',
  'pathlib.PosixPath',
  'pathlib.WindowsPath',
  'pathlib.PurePosixPath',
  // Python 3.13 has them there.
  'pathlib._local.PosixPath',
  'pathlib._local.WindowsPath',
  'pytorch_lightning.utilities.parsing.AttributeDict',
  'lightning_fabric.utilities.data.AttributeDict',
  // Which callbacks a training had: their classes are the keys of a dictionary.
  'pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint',
  'pytorch_lightning.callbacks.early_stopping.EarlyStopping',
  'lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint',
  'lightning.pytorch.callbacks.early_stopping.EarlyStopping',
  // Counters and scores as NumPy numbers; protocol 2 spells their bytes as encoded text.
  'numpy.dtype',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  '_codecs.encode',
  // State of optimisers and schedulers.
  'collections.defaultdict',
  'collections.Counter',
  ...['dict', 'list', 'set', 'int', 'float', 'str'].flatMap((name) => [
    `builtins.${name}`,
    `__builtin__.${name}`,
  ]),
]);

/** The meaning of a name; undefined for one that is refused. */
export function globalNamed(name: string): PickleGlobal | undefined {
  const meaning = rebuilding.get(name) ?? (inert.has(name) ? { kind: 'inert' } : undefined);
  return meaning && new PickleGlobal(name, meaning as GlobalKind);
}
