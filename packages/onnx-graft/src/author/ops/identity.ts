import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** Options of {@link identity}. */
export interface IdentityOptions extends Named {
  /** Exact name of the result, for one that a model gives out. */
  readonly output?: string | undefined;
}

/** A value of floats under another name. CUDA has no kernel for Identity since 21, but for a sum of one. */
export function identity(g: GraphBuilder, x: string, options: IdentityOptions = {}): string {
  const { name, output } = options;
  const outputs = output === undefined ? 1 : [output];
  return g.node(g.opset >= 21 ? 'Sum' : 'Identity', [x], {}, { name, outputs })[0]!;
}
