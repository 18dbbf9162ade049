import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The JSON schema of `graft.config.json`, for editors: published as `@pip-graft/cli/graft.config.schema.json`. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return {
    $schema,
    title: 'graft.config.json',
    description: 'Conversions that `graft convert` carries out.',
    ...schema,
  };
}
