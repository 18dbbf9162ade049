import type { Config } from './convert/config/schema.ts';

export type { Config, GatesConfig, JobConfig, SourceConfig } from './convert/config/schema.ts';

/**
 * Returns a config unchanged, to give it a type in a `graft.config.ts` or `.js`.
 *
 * @example
 * export default defineConfig({
 *   jobs: [{ name: 'derain', source: { onnx: 'host.onnx' }, adapters: ['rain-adapter'], output: 'derain.onnx' }],
 * });
 */
export function defineConfig(config: Config): Config {
  return config;
}
