import type { Restorer } from '@pip-graft/restore/web';
import { byId } from './dom.ts';
import { Pane } from './pane.ts';
import type { Preset } from './presets.ts';
import { complain } from './run.ts';
import type { Setting } from './settings.ts';
import { type Region, regionOf } from './view.ts';

/** What the view needs of the page. */
export interface FourOf {
  readonly image: HTMLCanvasElement;
  readonly centre: { readonly x: number; readonly y: number };
  readonly restorer: Restorer;
  readonly present: Setting;
  readonly presets: readonly Preset[];
}

/** Delay of a run after the last movement. */
const pauseMs = 200;
/** Initial choices of the panes. */
const first = ['Original', 'Half as strong', 'As set', 'Light touch'];

/** The same part of an image at four settings, moving together; a click applies one of them. */
export class Four {
  readonly #panes: readonly Pane[];
  readonly #page: () => FourOf | undefined;
  #centre = { x: 0, y: 0 };
  #pause: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | undefined;

  /**
   * @param page returns what is on the page now; undefined without an image or a model
   * @param onUse called with the chosen setting
   */
  constructor(page: () => FourOf | undefined, onUse: (setting: Setting) => void) {
    this.#page = page;
    this.#panes = first.map(
      (choice, at) =>
        new Pane(choice, at, {
          move: (dx, dy) => this.#move(dx, dy),
          choose: () => this.#later(0),
          use: (chosen) => {
            const found = this.#setting(chosen);
            if (found) onUse(found);
          },
        }),
    );
    byId('four').replaceChildren(...this.#panes.map(({ element }) => element));
    byId('four-button').addEventListener('click', () => this.#toggle());
    new ResizeObserver(() => this.refresh()).observe(byId('four'));
  }

  get shown(): boolean {
    return !byId('four').hidden;
  }

  close(): void {
    if (this.shown) this.#toggle();
  }

  /** Restores all four again, because the image, the model or the sliders changed. */
  refresh(): void {
    if (this.shown) this.#later(pauseMs);
  }

  #toggle(): void {
    const show = !this.shown;
    byId('four').hidden = !show;
    byId('stage').hidden = show;
    for (const id of ['compare', 'zoom']) byId(id).hidden = show;
    byId('four-button').setAttribute('aria-pressed', String(show));
    this.#controller?.abort();
    const page = this.#page();
    if (!show || page === undefined) return;
    this.#centre = page.centre;
    this.#later(0);
  }

  #move(dx: number, dy: number): void {
    const { x, y } = this.#region() ?? { x: 0, y: 0 };
    this.#centre = { x: this.#centre.x - dx, y: this.#centre.y - dy };
    const after = this.#region();
    if (after && (after.x !== x || after.y !== y)) this.#later(pauseMs);
  }

  #region(): Region | undefined {
    const image = this.#page()?.image;
    return image && regionOf(image, this.#panes[0]!.size, this.#centre);
  }

  #later(after: number): void {
    clearTimeout(this.#pause);
    this.#controller?.abort();
    const [page, region] = [this.#page(), this.#region()];
    if (page === undefined || region === undefined) return;
    // A drag past the edge need not be dragged back.
    this.#centre = { x: region.x + region.width / 2, y: region.y + region.height / 2 };
    for (const pane of this.#panes) {
      pane.offer(['Original', 'As set', 'Half as strong', ...page.presets.map(({ name }) => name)]);
      pane.begin(page.image, region);
    }
    this.#pause = setTimeout(() => void this.#run(page, region), after);
  }

  async #run(page: FourOf, { width, height }: Region): Promise<void> {
    const controller = new AbortController();
    this.#controller = controller;
    const { signal } = controller;
    try {
      for (const pane of this.#panes) {
        const setting = this.#setting(pane.choice);
        if (setting) {
          const { weights, strength } = setting;
          const pixels = pane.pixels(width, height);
          const restored = await page.restorer.restore(pixels, weights, { strength, signal });
          if (signal.aborted) return;
          pane.paint(restored.toImageData());
        }
        pane.end();
      }
    } catch (error) {
      if (!signal.aborted) complain(error);
    }
  }

  /** Returns the setting of a choice; undefined for the original. */
  #setting(choice: string): Setting | undefined {
    const { present, presets = [] } = this.#page() ?? {};
    if (choice === 'As set') return present;
    if (choice === 'Half as strong')
      return present && { ...present, strength: present.strength / 2 };
    return presets.find(({ name }) => name === choice);
  }
}
