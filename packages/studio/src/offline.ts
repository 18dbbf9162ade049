/** How long a first visit waits for the service worker before it continues without it. */
const patienceMs = 4000;

/**
 * Starts the service worker, which keeps the page for use offline and isolates it, so that wasm has threads. The first
 * visit reloads once, before anything large is loaded: only then does the page pass through the worker.
 */
export async function goOffline(): Promise<void> {
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
