import type { FloatType, GraphBuilder } from '@pip-graft/onnx-graft';
import { encodeFloats } from '@pip-graft/weights';
import type { LevelConfig, PipConfig } from '../config/pip-config.ts';
import type { Numbers } from '../fold/matrix.ts';
import type { Grids } from './grid.ts';
import type { Weight } from './weight.ts';

/** What every part of a level is emitted from. */
export interface LevelContext {
  readonly g: GraphBuilder;
  readonly config: PipConfig;
  readonly level: LevelConfig;
  /** What the host computes in, and what prompt-to-feature does. Prompt-to-prompt is always float32. */
  readonly dataType: FloatType;
  readonly grids: Grids;
  /** A parameter by its name within the level. */
  readonly weight: (name: string) => Weight;
}

/** The same context with a deeper prefix. */
export function within(context: LevelContext, scope: string): LevelContext {
  return { ...context, g: context.g.scope(scope) };
}

/** Adds constant numbers in a float type and gives their name. */
export function constantTensor(
  g: GraphBuilder,
  name: string,
  dims: readonly number[],
  data: Numbers,
  type: FloatType,
): string {
  return g.tensor(
    name,
    type,
    dims,
    encodeFloats(data instanceof Float32Array ? data : new Float32Array(data), type),
  );
}
