/// <reference lib="dom" />

import { Connection, startWorker } from '../../../packages/restore/src/web/connection.ts';
import { chooseBuild } from '../../../packages/restore/src/web/start-runtime.ts';

let started = 0;

Object.assign(globalThis, {
  scope: {
    chooseBuild,
    startWorker,
    startedWorkers: () => started,
    /** A connection to a worker whose runtime breaks in the given way. */
    async connect(way: 'memory' | 'abort'): Promise<Connection> {
      const model = await (await fetch('/grafted.onnx')).blob();
      const start = async () => {
        started++;
        const worker = new Worker(`/breaking-worker.js#${way}`, { type: 'module' });
        await new Promise((resolve) => {
          worker.onmessage = resolve;
        });
        return { worker };
      };
      const connection = new Connection(start, 'wasm', {
        model,
        label: 'grafted.onnx',
        device: 'wasm',
      });
      await connection.open();
      return connection;
    },
  },
});
