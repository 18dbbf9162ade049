import { decodeFile, type Restored, Restorer } from '@pip-graft/restore/web';
import { byId } from './dom.ts';
import { download } from './download.ts';
import { Four } from './four.ts';
import type { AdapterFolder } from './graft/graft-request.ts';
import { graftFolder, showGraft } from './graft/show-graft.ts';
import { type Preset, presetsOf } from './presets.ts';
import { complain, Run } from './run.ts';
import { type Setting, Settings } from './settings.ts';
import { type ModelSetting, showCode } from './snippets.ts';
import { Stage } from './stage.ts';
import { Undo } from './undo.ts';

/** Delay of a run after the last movement of a slider. */
const pauseMs = 250;

interface OpenModel {
  readonly blob: Blob;
  readonly setting: ModelSetting;
}

/** The page: one model, one image, settings and result. */
export class Studio {
  readonly #stage = new Stage();
  readonly #run = new Run(this.#stage);
  readonly #settings = new Settings();
  readonly #undo = new Undo(this.#settings, () => this.#again());
  readonly #four = new Four(
    () => this.#fourOf(),
    (setting) => this.use(setting),
  );
  #restorer: Restorer | undefined;
  #model: OpenModel | undefined;
  /** The last chosen model, which may still load, and the last adapter; what is older is dropped. */
  #chosen: { readonly model?: symbol; readonly adapter?: symbol } = {};
  /** The last chosen image, which may still be decoded; what is older is dropped. */
  #chosenImage: symbol | undefined;
  /** Ends with the loading of the last chosen model. */
  #loading: Promise<unknown> = Promise.resolve();
  #presets: readonly Preset[] = [];
  #image: { readonly blob: Blob; readonly name: string } | undefined;
  #restored: Restored | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** Opens a model, unless another is chosen before it has loaded. */
  async openModel(file: Blob | Promise<Blob>, setting: ModelSetting): Promise<void> {
    const loading = this.#openModel(file, setting);
    this.#loading = loading;
    if (await loading) await this.#restore();
  }

  /** Returns whether it is the open model now. */
  async #openModel(file: Blob | Promise<Blob>, setting: ModelSetting): Promise<boolean> {
    const model = Symbol();
    this.#chosen = { model };
    this.#load('Loading the model…');
    try {
      const blob = file instanceof Blob ? file : await file;
      if (this.#chosen.model !== model) return false;
      const opened = await Restorer.open(blob);
      if (this.#chosen.model !== model) {
        await opened.close();
        return false;
      }
      const before = this.#restorer;
      this.#restorer = opened;
      this.#model = { blob, setting };
      this.#showModel(opened, setting.name);
      byId('progress').hidden = true;
      // A run on it, which began while this one loaded, would complain that it was closed.
      this.#run.leave();
      await before?.close();
      return this.#chosen.model === model;
    } catch (error) {
      if (this.#chosen.model === model) this.#refuse(error);
      return false;
    }
  }

  /** Grafts an adapter onto the last chosen model, or only checks it. */
  async addAdapter(read: () => Promise<AdapterFolder>): Promise<void> {
    const chosen = { ...this.#chosen, adapter: Symbol() };
    this.#chosen = chosen;
    await this.#loading;
    if (this.#chosen !== chosen) return;
    this.#load('Grafting the adapter…');
    byId('graft-details').hidden = true;
    try {
      const folder = await read();
      const { blob, setting } = this.#model ?? {};
      const model = blob && new Uint8Array(await blob.arrayBuffer());
      const grafted = await graftFolder({ folder, model, modelName: setting?.name ?? 'model' });
      if (this.#chosen !== chosen) return;
      showGraft(grafted);
      byId('progress').hidden = true;
      if (grafted.model === undefined || setting === undefined) {
        byId('status').textContent = model
          ? 'The adapter does not fit this model, which is still open.'
          : 'The adapter is valid. Open the model it was made for to graft it.';
        return;
      }
      const { was, hasSensor } = grafted;
      const from = { ...(setting.from ?? { model: setting.name, was }), adapter: folder.name };
      const name = `${folder.name} on ${from.model}`;
      await this.openModel(new Blob([grafted.model]), { name, from: { ...from, hasSensor } });
    } catch (error) {
      if (this.#chosen === chosen) this.#refuse(error);
    }
  }

  /** Shows and restores an image, unless another is chosen before it is decoded. */
  async showImage(file: Blob | Promise<Blob | null>, name: string): Promise<void> {
    const image = Symbol();
    this.#chosenImage = image;
    complain(undefined);
    const blob = await file;
    let bitmap: ImageBitmap | undefined;
    let reason: unknown = `${name}: the browser could not make this image; choose another one.`;
    if (blob !== null) {
      bitmap = await decodeFile(blob, name).catch((error: unknown) => {
        reason = error;
        return undefined;
      });
    }
    if (this.#chosenImage !== image) {
      bitmap?.close();
      return;
    }
    if (blob === null || bitmap === undefined) {
      complain(reason);
      return;
    }
    this.#run.cancel();
    this.#four.close();
    this.#stage.show(bitmap);
    bitmap.close();
    this.#image = { blob, name };
    this.#restored = undefined;
    byId<HTMLButtonElement>('download').disabled = true;
    byId('results').hidden = false;
    byId('saved').textContent = '';
    if (this.#restorer?.hasSensor) this.#settings.leaveToSensor();
    this.#undo.begin();
    await this.#restore();
  }

  /** Sets the sliders. */
  use({ weights, strength }: Setting): void {
    this.#settings.state = { byHand: true, weights, strength };
    this.#undo.add();
    this.#again();
  }

  detect(): void {
    this.#settings.leaveToSensor();
    this.#undo.add();
    this.#again();
  }

  save(): void {
    if (!this.#restored || !this.#image) return;
    const { name, blob } = this.#image;
    download(this.#restored, name, blob).then((said) => {
      byId('saved').textContent = said;
    }, complain);
  }

  #load(text: string): void {
    this.#run.leave();
    byId('status').textContent = text;
    byId('progress').hidden = false;
    byId('progress').removeAttribute('value');
    complain(undefined);
  }

  #refuse(error: unknown): void {
    byId('progress').hidden = true;
    byId('status').textContent = this.#restorer ? 'The previous model is still open.' : 'No model.';
    complain(error);
  }

  #showModel({ labels, hasSensor, device }: Restorer, name: string): void {
    this.#settings.show(labels, hasSensor, () => this.#changed());
    this.#undo.begin();
    this.#presets = presetsOf(labels);
    byId('presets').replaceChildren(
      ...this.#presets.map((preset) => {
        const button = Object.assign(document.createElement('button'), { type: 'button' });
        button.textContent = preset.name;
        button.addEventListener('click', () => this.use(preset));
        return button;
      }),
    );
    if (labels.length === 0) this.#four.close();
    byId('four-button').hidden = labels.length === 0;
    byId('model-name').textContent = `${name}. Runs on ${device.name}: ${device.reason}.`;
    byId('status').textContent = 'Ready for an image.';
  }

  async #restore(): Promise<void> {
    if (this.#restorer === undefined || this.#image === undefined) return;
    const button = byId<HTMLButtonElement>('download');
    button.disabled = true;
    byId('saved').textContent = '';
    // Now, not after the run, which may be cancelled: else the code is of the image before.
    this.#showSettings();
    const made = await this.#run.start(this.#restorer, this.#image.blob, this.#settings.asked);
    if (made === undefined) return;
    this.#restored = made;
    button.disabled = false;
    if (made.found !== undefined) this.#settings.found(made.found);
    this.#showSettings();
    this.#four.refresh();
  }

  #showSettings(): void {
    if (this.#image === undefined || this.#model === undefined) return;
    const { weights, strength } = this.#settings.asked;
    const setting = { weights: weights ?? {}, strength, steered: this.#settings.steered };
    showCode({ ...setting, model: this.#model.setting, image: this.#image.name });
  }

  #changed(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#undo.add();
      this.#again();
    }, pauseMs);
  }

  #again(): void {
    clearTimeout(this.#pause);
    void this.#restore();
  }

  #fourOf() {
    if (this.#restorer === undefined || this.#image === undefined) return undefined;
    return {
      image: this.#stage.before,
      centre: this.#stage.centre,
      restorer: this.#restorer,
      present: this.#settings.present,
      presets: this.#presets,
    };
  }
}
