import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

// Tests import packages by their public names; the `@pip-graft/source` condition makes
// those resolve to TypeScript, so that no build is needed before testing.
const conditions = ['@pip-graft/source', 'node', 'import', 'module', 'default'];

// Their tests leave nothing behind, so they share processes and what these have loaded: a second a file.
const shared = [
  'backbones',
  'graft',
  'hub',
  'imaging',
  'onnx-graft',
  'pip-core',
  'report',
  'restore',
  'train',
  'validate',
  'weights',
];

const sharedTests = `packages/{${shared.join(',')}}/test/**/*.test.ts`;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Timeouts end hangs; a busy machine is not one.
    hookTimeout: 600_000,
    testTimeout: 600_000,
    pool: 'forks',
    // By default one core is left free; of two that would be half. Much of the time processes are waited for.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    // Imports JSON as bundlers do, which Node does not.
    server: { deps: { inline: [/@actions\/workflow-parser/] } },
    // onnxruntime-node would report model names to its makers; tests that load it themselves opt out.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    projects: [
      { extends: true, test: { name: 'shared', isolate: false, include: [sharedTests] } },
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: [sharedTests, '**/node_modules/**'],
        },
      },
      // All packages together: `npx turbo run test:product`.
      { extends: true, test: { name: 'product', include: ['test/**/*.test.ts'] } },
    ],
  },
});
