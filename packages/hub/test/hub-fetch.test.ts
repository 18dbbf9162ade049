import { afterEach, expect, it, vi } from 'vitest';
import { hubFetch } from '../src/hub-fetch.ts';
import { hubSettings } from '../src/settings.ts';

afterEach(() => vi.unstubAllGlobals());

it("reports the hub's answer if the connection ends inside its page", async () => {
  const ended = new ReadableStream({ start: (page) => page.error(new TypeError('terminated')) });
  vi.stubGlobal('fetch', async () => new Response(ended, { status: 404 }));
  const settings = hubSettings({ HF_ENDPOINT: 'http://hub.test', HF_HUB_CACHE: '/nowhere' });
  const ask = hubFetch(settings, { place: 'hf:me/rain', action: 'read' });
  await expect(ask('http://hub.test/api')).rejects.toMatchObject({
    name: 'GraftError',
    message: expect.stringMatching(/^hf:me\/rain: /) as string,
  });
});
