import type { Grafted, GraftRequest } from './graft-request.ts';
import type { GraftAnswer } from './graft-worker.ts';

/** Grafts in a worker, so that the page does not freeze. Errors: one in words. */
export async function graftFolder(request: GraftRequest): Promise<Grafted> {
  const worker = new Worker(new URL('./graft-worker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await new Promise<GraftAnswer>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<GraftAnswer>) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message || 'The page lacks a script.'));
      worker.postMessage(request);
    });
    if ('error' in answer) throw new Error(answer.error);
    return answer.grafted;
  } finally {
    worker.terminate();
  }
}
