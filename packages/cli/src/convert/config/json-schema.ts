import { z } from 'zod';
import { configSchema } from './schema.ts';

/** JSON schema of `graft.config.json`, for editors: `@pip-graft/cli/graft.config.schema.json`. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return {
    $schema,
    title: 'graft.config.json',
    description: 'Conversions that `graft convert` carries out.',
    ...schema,
  };
}

/** All keys that may occur anywhere in a config. */
export function configKeys(): string[] {
  const keys = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node) for (const key of Object.keys(node.properties ?? {})) keys.add(key);
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(configJsonSchema());
  return [...keys];
}
