/** Kinds of tensors of a training state, each once a parameter. */
export type TensorKind = 'parameter' | 'm' | 'v' | 'average';

/** Key of the record in a file's metadata. */
export const recordKey = 'pip-graft.training-state';

/** The tensor of a kind and a parameter, such as `m/level1.gate`. */
export function tensorName(kind: TensorKind, name: string): string {
  return `${kind}/${name}`;
}
