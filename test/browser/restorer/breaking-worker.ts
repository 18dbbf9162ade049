/// <reference lib="dom" />
import * as runtime from 'onnxruntime-web/wasm';
import { type Scope, serve } from '../../../packages/restore/src/web/serve.ts';
import type { WebRuntime } from '../../../packages/restore/src/web/web-session.ts';

const { InferenceSession } = runtime;

/**
 * onnxruntime that runs out of memory above 64-pixel tiles or aborts, depending on the worker's
 * URL.
 */
const breaking = {
  ...runtime,
  env: runtime.env,
  InferenceSession: {
    async create(...parts: Parameters<typeof InferenceSession.create>) {
      const session = await InferenceSession.create(...parts);
      const run = session.run.bind(session);
      session.run = ((feeds: Record<string, runtime.Tensor>, fetches: string[]) => {
        const [, , height = 0, width = 0] = feeds['input']?.dims ?? [];
        if (self.location.hash === '#abort' && width === 40) {
          return Promise.reject(new Error('Aborted(). Build with -sASSERTIONS for more info.'));
        }
        if (height > 64 || width > 64) return Promise.reject(new Error('std::bad_alloc'));
        return run(feeds, fetches);
      }) as typeof session.run;
      return session;
    },
  },
};

if (!self.name.startsWith('em-pthread')) {
  serve(self as unknown as Scope, breaking as unknown as WebRuntime, 'wasm');
}
