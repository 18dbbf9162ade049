import { type Restored, Restorer } from '@pip-graft/restore/web';
import { byId } from './by-id.ts';
import { download } from './download.ts';
import { complain, Run } from './run.ts';
import { drawSamples } from './samples.ts';
import { Settings } from './settings.ts';
import { showCode } from './show-code.ts';
import { Stage } from './stage.ts';
import { takeFiles } from './take-files.ts';

/** A run begins this long after the last movement of a slider. */
const pauseMs = 250;

const stage = new Stage();
const run = new Run(stage);
const settings = new Settings();
const status = byId('status');
let restorer: Restorer | undefined;
let modelName = '';
let image: { readonly blob: Blob; readonly name: string } | undefined;
let restored: Restored | undefined;
let pause: ReturnType<typeof setTimeout> | undefined;

async function openModel(source: Blob | string, name: string): Promise<void> {
  run.cancel();
  status.textContent = 'Loading the model…';
  byId('progress').hidden = false;
  byId('progress').removeAttribute('value');
  complain(undefined);
  try {
    const opened = await Restorer.open(source);
    await restorer?.close();
    restorer = opened;
    modelName = name;
    const { labels, hasSensor, device } = opened;
    settings.show(labels, hasSensor, changed);
    byId('model-name').textContent = `${name}. Runs on ${device.name}: ${device.reason}.`;
    status.textContent = 'Ready for an image.';
  } catch (error) {
    status.textContent = restorer === undefined ? 'No model.' : 'The model before is still open.';
    complain(error);
    return;
  } finally {
    byId('progress').hidden = true;
  }
  await restore();
}

async function showImage(blob: Blob, name: string): Promise<void> {
  run.cancel();
  complain(undefined);
  const bitmap = await createImageBitmap(blob).catch(() => undefined);
  if (bitmap === undefined) {
    complain(
      `${name}: this file cannot be read as an image; choose a PNG, JPEG, WebP or AVIF file.`,
    );
    return;
  }
  stage.show(bitmap);
  bitmap.close();
  image = { blob, name };
  restored = undefined;
  byId<HTMLButtonElement>('download').disabled = true;
  byId('results').hidden = false;
  if (restorer?.hasSensor) settings.leaveToSensor();
  await restore();
}

async function restore(): Promise<void> {
  if (restorer === undefined || image === undefined) return;
  const button = byId<HTMLButtonElement>('download');
  button.disabled = true;
  const made = await run.start(restorer, image.blob, settings.asked);
  if (made === undefined) return;
  restored = made;
  button.disabled = false;
  if (made.found !== undefined) settings.found(made.found);
  showSettings();
}

function showSettings(): void {
  if (image === undefined) return;
  const { weights, strength } = settings.asked;
  const setting = { weights: weights ?? {}, strength, steered: settings.steered };
  showCode({ ...setting, model: modelName, image: image.name });
}

function changed(): void {
  clearTimeout(pause);
  pause = setTimeout(() => {
    showSettings();
    void restore();
  }, pauseMs);
}

takeFiles(
  (file) => void showImage(file, file.name || 'pasted.png'),
  (file) => void openModel(file, file.name),
);
byId('detect').addEventListener('click', () => {
  settings.leaveToSensor();
  void restore();
});
byId('download').addEventListener('click', () => {
  if (restored && image) download(restored, image.name, image.blob).catch(complain);
});
byId('panel').addEventListener('submit', (event) => event.preventDefault());

for (const { name, file, canvas } of await drawSamples()) {
  const button = Object.assign(document.createElement('button'), { type: 'button' });
  button.append(canvas, name);
  button.addEventListener('click', () =>
    canvas.toBlob((blob) => blob && void showImage(blob, file)),
  );
  byId('samples').append(button);
}
/** What is served with the page: the address of a model and its name, or null. */
const given: { model: string | null; name?: string } = await (await fetch('studio.json')).json();
if (given.model === null) {
  byId('progress').hidden = true;
  status.textContent = 'Open an .onnx file to begin.';
} else await openModel(given.model, given.name ?? given.model);
