import * as restore from '@pip-graft/restore/web';

Object.assign(globalThis, {
  scope: {
    restore,
    /** Calls a worker that has the same library. */
    inWorker: (name: string): Promise<unknown> => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
      return new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(name);
      });
    },
  },
});
