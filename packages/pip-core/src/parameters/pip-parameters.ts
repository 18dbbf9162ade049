import type { PipConfig } from '../config/pip-config.ts';
import { levelParameters, type ParameterSpec } from './level-parameters.ts';
import { parameterName } from './names.ts';

/**
 * Every parameter that a config implies: full name, shape, and how it starts.
 *
 * Names are the authors' checkpoint names, uniform over the levels, such as
 * `level1.prompt.low_prompt_param` (spec pip.md section 5).
 *
 * @example pipParameters(config).map(({ name, dims }) => `${name} ${dims}`)
 */
export function pipParameters(config: PipConfig): ParameterSpec[] {
  return config.levels.flatMap((level) =>
    levelParameters(level, config).map((spec) => ({
      ...spec,
      name: parameterName(level.level, spec.name),
    })),
  );
}
