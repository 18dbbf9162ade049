import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests import packages by their public names; the `@pip-graft/source` condition makes
// those resolve to TypeScript, so that no build is needed before testing.
const conditions = ['@pip-graft/source', 'node', 'import', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Timeouts end hangs; a busy machine is not one.
    hookTimeout: 600_000,
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 600_000,
    pool: 'forks',
    // By default one core is left free; of two that would be half. Much of the time processes are waited for.
    maxWorkers: availableParallelism(),
    // Imports JSON as bundlers do, which Node does not.
    server: { deps: { inline: [/@actions\/workflow-parser/] } },
    // onnxruntime-node would report model names to its makers; tests that load it themselves opt out.
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
});
