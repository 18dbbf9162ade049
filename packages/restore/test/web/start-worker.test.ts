/// <reference lib="dom" />
import { afterEach, expect, it, vi } from 'vitest';
import { startWorker } from '../../src/web/start-worker.ts';

afterEach(() => vi.unstubAllGlobals());

it.each([
  [
    "This document requires 'TrustedScriptURL' assignment.",
    /trustedTypes\.createPolicy\('default'/,
  ],
  ['Refused to create a worker.', /allow it with Content-Security-Policy: worker-src 'self' blob:/],
])('says how a page allows a worker that its policy forbids: %s', async (message, advice) => {
  vi.stubGlobal('location', { href: 'https://example.org/' });
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        throw new TypeError(message);
      }
    },
  );
  await expect(startWorker('wasm')).rejects.toMatchObject({
    code: 'DEVICE_UNAVAILABLE',
    message: expect.stringMatching(advice) as string,
  });
});
