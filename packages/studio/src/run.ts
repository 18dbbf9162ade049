import type { Restored, Restorer } from '@pip-graft/restore/web';
import { byId } from './dom.ts';
import { plainWords } from './plain-words.ts';
import type { Asked } from './settings.ts';
import type { Stage } from './stage.ts';

/** Side of tiles: small enough that the first one shows soon and a cancelled run ends soon. */
const tile = 384;

/** Restores the image on the stage, one run at a time; a new run ends the previous one. */
export class Run {
  readonly #stage: Stage;
  #controller: AbortController | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    byId('cancel').addEventListener('click', () => this.cancel());
  }

  cancel(): void {
    this.#controller?.abort();
  }

  /** Ends the run without a word, because something else takes the page's status and progress. */
  leave(): void {
    this.cancel();
    this.#controller = undefined;
    byId('cancel').hidden = true;
  }

  /** Returns undefined if the run is cancelled or fails. */
  async start(restorer: Restorer, image: Blob, asked: Asked): Promise<Restored | undefined> {
    const { weights, strength } = asked;
    this.cancel();
    const controller = new AbortController();
    this.#controller = controller;
    const mine = (): boolean => this.#controller === controller;
    const began = performance.now();
    // When the first run ended; the preview came before it.
    let first = 0;
    this.#show('Restoring…', 0);
    complain(undefined);
    try {
      const small = await preview(restorer, this.#stage.before, asked, controller.signal);
      if (!mine()) return undefined;
      if (small) {
        this.#stage.paintPreview(small);
        this.#show('A preview is shown; restoring in full…', 0);
      }
      const restored = await restorer.restore(image, weights, {
        ...(restorer.labels.length > 0 ? { strength } : {}),
        tile,
        signal: controller.signal,
        onProgress: ({ done, total, tile: made }) => {
          if (!mine()) return;
          if (made) this.#stage.paint(made.pixels, made.x, made.y);
          const now = performance.now();
          if (done === 1) first = now;
          const left = done > 1 ? ((now - first) / (done - 1)) * (total - done) : 0;
          const what = made ? 'Restoring…' : 'Looking at the whole image…';
          this.#show(`${what} ${Math.round((100 * done) / total)} %${inWords(left)}`, done / total);
        },
      });
      if (!mine()) return undefined;
      this.#stage.paint(restored.toImageData(), 0, 0);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const unfound =
        restored.found && Object.values(restored.found).every((weight) => weight === 0);
      const then = unfound
        ? '. The sensor found nothing to remove: move a slider, or choose a preset.'
        : '.';
      this.#end(`Restored in ${seconds} s on ${restorer.device.name}${then}`);
      return restored;
    } catch (error) {
      if (!mine()) return undefined;
      if (controller.signal.aborted) this.#end('Cancelled.');
      else {
        this.#end('Not restored.');
        complain(error);
      }
      return undefined;
    }
  }

  #show(text: string, done: number): void {
    byId('status').textContent = text;
    byId<HTMLProgressElement>('progress').value = done;
    byId('progress').hidden = false;
    byId('cancel').hidden = false;
  }

  #end(text: string): void {
    byId('status').textContent = text;
    byId('progress').hidden = true;
    byId('cancel').hidden = true;
  }
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3) return '';
  return seconds < 90 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`;
}

/** Shows an error, or removes the last one. */
export function complain(error: unknown): void {
  const alert = byId('alert');
  alert.hidden = error === undefined;
  alert.textContent = error === undefined ? '' : plainWords(error);
}

/** Longest side of a preview: one small tile. */
const longest = 320;

/** Restores a reduced copy of an image; undefined for one that is small anyway. */
async function preview(
  restorer: Restorer,
  canvas: HTMLCanvasElement,
  { weights, strength }: Asked,
  signal: AbortSignal,
): Promise<HTMLCanvasElement | undefined> {
  const { width, height } = canvas;
  const scale = longest / Math.max(width, height);
  if (scale > 0.5) return undefined;
  const reduced = await createImageBitmap(canvas, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
  try {
    const steering = restorer.labels.length > 0 ? { strength } : {};
    const restored = await restorer.restore(reduced, weights, { ...steering, signal });
    return restored.toCanvas();
  } finally {
    reduced.close();
  }
}
