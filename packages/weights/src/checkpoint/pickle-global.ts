import { type ElementType, elementTypes, storageTypes } from './element-type.ts';
import { inertNames } from './inert-names.ts';

/** Meaning of a name in a pickle. Nothing is imported or called for any of them. */
export type GlobalKind =
  | { readonly kind: 'dict' }
  /** A dictionary whose arguments do not describe its contents. */
  | { readonly kind: 'emptyDict' }
  | { readonly kind: 'tuple' }
  | { readonly kind: 'tensor' }
  /** A tensor that names its type: one without a storage class. */
  | { readonly kind: 'typedTensor' }
  /** A tensor of an unsupported kind, and its name in messages. */
  | { readonly kind: 'otherTensor'; readonly what: string }
  /** A tensor with attributes, or of its own class. */
  | { readonly kind: 'wrappedTensor' }
  | { readonly kind: 'parameter' }
  | { readonly kind: 'storage'; readonly type: ElementType }
  | { readonly kind: 'elementType'; readonly type: ElementType }
  /** Bytes as text, in NumPy's arrays. */
  | { readonly kind: 'encodedText' }
  | { readonly kind: 'numpyType' }
  /** An array without its content, which follows. */
  | { readonly kind: 'emptyArray' }
  | { readonly kind: 'arrayFromBuffer' }
  /** Remains a name, and so does whatever is made from it. */
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

const other = (what: string): GlobalKind => ({ kind: 'otherTensor', what });

/** Names from which tensors are rebuilt, as `torch.save` writes them. */
const rebuilding: ReadonlyMap<string, GlobalKind> = new Map<string, GlobalKind>([
  ['collections.OrderedDict', { kind: 'dict' }],
  ...['collections.defaultdict', 'collections.Counter', 'builtins.dict', '__builtin__.dict'].map(
    (name): [string, GlobalKind] => [name, { kind: 'emptyDict' }],
  ),
  ['torch._utils._rebuild_tensor', { kind: 'tensor' }],
  ['torch._utils._rebuild_tensor_v2', { kind: 'tensor' }],
  ['torch._utils._rebuild_tensor_v3', { kind: 'typedTensor' }],
  ['torch._utils._rebuild_parameter', { kind: 'parameter' }],
  ['torch._utils._rebuild_parameter_with_state', { kind: 'parameter' }],
  ['torch._tensor._rebuild_from_type', { kind: 'wrappedTensor' }],
  ['torch._tensor._rebuild_from_type_v2', { kind: 'wrappedTensor' }],
  ['torch._utils._rebuild_sparse_tensor', other('a sparse tensor')],
  ['torch._utils._rebuild_sparse_csr_tensor', other('a sparse tensor')],
  ['torch._utils._rebuild_qtensor', other('a quantised tensor')],
  ['torch._utils._rebuild_nested_tensor', other('a nested tensor')],
  ['torch._utils._rebuild_meta_tensor_no_storage', other('a tensor without data (meta)')],
  ['torch._utils._rebuild_wrapper_subclass', other('a tensor of a class of its own')],
  ['torch._utils._rebuild_device_tensor_from_numpy', other('a tensor of another device')],
  ['torch._utils._rebuild_device_tensor_from_cpu_tensor', other('a tensor of another device')],
  ['torch._utils._rebuild_xla_tensor', other('a tensor of another device')],
  ['torch.Size', { kind: 'tuple' }],
  ['_codecs.encode', { kind: 'encodedText' }],
  ['numpy.dtype', { kind: 'numpyType' }],
  // NumPy moved its internals in version 2.
  ...['numpy.core', 'numpy._core'].flatMap((core): [string, GlobalKind][] => [
    [`${core}.multiarray._reconstruct`, { kind: 'emptyArray' }],
    [`${core}.numeric._frombuffer`, { kind: 'arrayFromBuffer' }],
  ]),
  ...[...storageTypes].map(
    ([name, type]): [string, GlobalKind] => [name, { kind: 'storage', type }] as const,
  ),
  ...[...elementTypes].map(([name, type]): [string, GlobalKind] => [
    `torch.${name}`,
    { kind: 'elementType', type },
  ]),
]);

/** The meaning of a name; undefined for one that is rejected. */
export function globalNamed(name: string): PickleGlobal | undefined {
  const meaning = rebuilding.get(name) ?? (inertNames.has(name) ? { kind: 'inert' } : undefined);
  return meaning && new PickleGlobal(name, meaning as GlobalKind);
}
