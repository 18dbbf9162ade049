import { byId } from './dom.ts';
import { readFolder } from './graft/graft-request.ts';
import { drawSamples } from './samples.ts';
import { Studio } from './studio.ts';
import { takeFiles } from './take-files.ts';

/** Settings served with the page. */
interface Given {
  /** Address of a model, or null. */
  readonly model: string | null;
  /** Name of the model in code. */
  readonly name?: string;
  /**
   * Whether a service worker keeps the page: on a site, but not on loopback, where each start has a
   * different address.
   */
  readonly offline?: boolean;
  /** Address of the site that the page is part of. */
  readonly home?: string;
}

/** How long a first visit waits for the service worker before it continues without it. */
const patienceMs = 4000;

const given: Given = await (await fetch('studio.json')).json();
if (given.offline) await goOffline();
if (given.home) {
  byId<HTMLAnchorElement>('home').href = given.home;
  byId('home').hidden = false;
}

const studio = new Studio();
// First of all: a model that a person chooses meanwhile must win.
if (given.model === null) {
  byId('progress').hidden = true;
  byId('status').textContent = 'Open an .onnx file to begin.';
} else void studio.openModel(fetchModel(given.model), { name: given.name ?? given.model });
takeFiles({
  image: (file) => void studio.showImage(file, file.name || 'pasted.png'),
  model: (file) => void studio.openModel(file, { name: file.name }),
  folder: (files) => void studio.addAdapter(() => readFolder(files)),
});
byId('detect').addEventListener('click', () => studio.detect());
byId('download').addEventListener('click', () => studio.save());
byId('panel').addEventListener('submit', (event) => event.preventDefault());

for (const { name, file, canvas } of await drawSamples()) {
  const button = Object.assign(document.createElement('button'), { type: 'button' });
  button.append(canvas, name);
  button.addEventListener('click', () => {
    const drawn = new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    void studio.showImage(drawn, file);
  });
  byId('samples').append(button);
}

async function fetchModel(address: string): Promise<Blob> {
  const response = await fetch(address).catch(() => undefined);
  if (!response?.ok) throw new Error(`${address}: the model cannot be loaded; reload the page.`);
  return response.blob();
}

/**
 * Starts the service worker, which keeps the page for use offline and isolates it, so that wasm has threads. The first
 * visit reloads once, before anything large is loaded: only then does the page pass through the worker.
 */
async function goOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  try {
    const controlled =
      serviceWorker.controller !== null ||
      new Promise<void>((resolve) => {
        serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true });
      });
    await serviceWorker.register('service-worker.js');
    await Promise.race([controlled, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    const first = sessionStorage.getItem('reloaded') === null;
    if (serviceWorker.controller === null || crossOriginIsolated || !first) return;
    sessionStorage.setItem('reloaded', 'yes');
    location.reload();
    await new Promise(() => {});
  } catch {
    // Without it the page works as long as there is a network.
  }
}
