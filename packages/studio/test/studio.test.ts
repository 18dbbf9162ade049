/// <reference lib="dom" />
import { Restorer } from '@pip-graft/restore/web';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AdapterFolder } from '../src/graft/graft-request.ts';
import { graftFolder } from '../src/graft/show-graft.ts';
import { showCode } from '../src/snippets.ts';
import { Studio } from '../src/studio.ts';
import { FakePage } from './support/fake-page.ts';

vi.mock('@pip-graft/restore/web', () => ({
  decodeFile: (file: Blob) => createImageBitmap(file),
  Restorer: { open: vi.fn() },
}));
vi.mock('../src/graft/show-graft.ts', () => ({ graftFolder: vi.fn(), showGraft() {} }));
vi.mock('../src/snippets.ts', () => ({ showCode: vi.fn() }));
// The parts of the page that draw.
vi.mock('../src/stage.ts', () => ({
  Stage: class {
    readonly before = { width: 8, height: 8 };
    show(image: { name?: string }) {
      onStage.push(image.name ?? '');
    }
  },
}));
vi.mock('../src/settings.ts', () => ({
  Settings: class {
    readonly asked = { weights: undefined, strength: 1 };
    show() {}
  },
}));
vi.mock('../src/undo.ts', () => ({
  Undo: class {
    begin() {}
  },
}));
vi.mock('../src/four.ts', () => ({
  Four: class {
    close() {}
    refresh() {}
  },
}));

let page: FakePage;
/** Names of the images that were shown. */
let onStage: string[];
beforeEach(() => {
  page = new FakePage();
  onStage = [];
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ close() {} }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetAllMocks();
});

/** An open model whose runs end only when aborted. */
const model = () => ({
  labels: [],
  hasSensor: false,
  device: { name: 'wasm', reason: 'a test' },
  close: vi.fn(() => Promise.resolve()),
  restore: (_image: Blob, _weights: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
    ),
});

/** Makes the next `Restorer.open` wait; returns how it ends. */
function nextOpen(): { resolve(opened: object): void; reject(error: Error): void } {
  const { promise, resolve, reject } = deferred<Restorer>();
  vi.mocked(Restorer.open).mockReturnValueOnce(promise);
  return { resolve: (opened) => resolve(opened as Restorer), reject };
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const shown = () => ({
  model: page.byId('model-name').textContent.split('.', 1)[0],
  status: page.byId('status').textContent,
  progress: !page.byId('progress').hidden,
  cancel: !page.byId('cancel').hidden,
  alert: page.byId('alert').textContent,
});
const blob = new Blob();

it('opens the model that was chosen last, whichever loads first', async () => {
  const studio = new Studio();
  const [first, second] = [nextOpen(), nextOpen()];
  const [a, b] = [model(), model()];
  const both = [studio.openModel(blob, { name: 'a' }), studio.openModel(blob, { name: 'b' })];
  first.resolve(a);
  await settled();
  expect(shown()).toMatchObject({ model: '', status: 'Loading the model…', progress: true });
  expect(a.close).toHaveBeenCalledTimes(1);
  second.resolve(b);
  await Promise.all(both);
  expect(shown()).toMatchObject({ model: 'b', status: 'Ready for an image.', progress: false });

  const [third, fourth] = [nextOpen(), nextOpen()];
  const [c, d] = [model(), model()];
  const more = [studio.openModel(blob, { name: 'c' }), studio.openModel(blob, { name: 'd' })];
  fourth.resolve(d);
  await settled();
  third.resolve(c);
  await Promise.all(more);
  expect(shown()).toMatchObject({ model: 'd', status: 'Ready for an image.' });
  expect([b, c, d].map(({ close }) => close.mock.calls.length)).toEqual([1, 1, 0]);
});

it('is silent about the failure of a model that another was chosen after', async () => {
  const studio = new Studio();
  const [first, second] = [nextOpen(), nextOpen()];
  const both = [studio.openModel(blob, { name: 'a' }), studio.openModel(blob, { name: 'b' })];
  first.reject(new Error('broken'));
  await settled();
  expect(shown()).toMatchObject({ status: 'Loading the model…', progress: true, alert: '' });
  second.reject(new Error('broken too'));
  await Promise.all(both);
  expect(shown()).toMatchObject({ status: 'No model.', progress: false, alert: 'broken too' });
});

it('shows that a model loads, not that the run before was cancelled', async () => {
  const studio = new Studio();
  nextOpen().resolve(model());
  await studio.openModel(blob, { name: 'a' });
  const run = studio.showImage(blob, 'image.png');
  await settled();
  expect(shown()).toMatchObject({ status: 'Restoring…', progress: true, cancel: true });
  const second = nextOpen();
  void studio.openModel(blob, { name: 'b' });
  await run;
  await settled();
  expect(shown()).toMatchObject({ status: 'Loading the model…', progress: true, cancel: false });
  second.resolve(model());
  await settled();
  expect(shown()).toMatchObject({ model: 'b', status: 'Restoring…', progress: true, cancel: true });
});

it('has code for the image and the model that are open, though their run has not ended', async () => {
  const studio = new Studio();
  const coded = () => vi.mocked(showCode).mock.lastCall![0];
  nextOpen().resolve(model());
  await studio.openModel(blob, { name: 'a' });
  for (const name of ['first.png', 'second.png']) {
    void studio.showImage(blob, name);
    await settled();
    expect(coded()).toMatchObject({ image: name, model: { name: 'a' } });
  }
  nextOpen().resolve(model());
  void studio.openModel(blob, { name: 'b' });
  await settled();
  expect(coded()).toMatchObject({ image: 'second.png', model: { name: 'b' } });
});

it('grafts an adapter onto the model that still loads, unless another is chosen', async () => {
  const studio = new Studio();
  const folder = { name: 'adapter' } as AdapterFolder;
  const grafting = deferred<Awaited<ReturnType<typeof graftFolder>>>();
  vi.mocked(graftFolder).mockReturnValueOnce(grafting.promise);
  const first = nextOpen();
  void studio.openModel(blob, { name: 'a' });
  const adding = studio.addAdapter(() => Promise.resolve(folder));
  first.resolve(model());
  await vi.waitUntil(() => vi.mocked(graftFolder).mock.calls.length > 0);
  expect(graftFolder).toHaveBeenCalledWith({ folder, model: new Uint8Array(), modelName: 'a' });
  expect(shown()).toMatchObject({ status: 'Grafting the adapter…', progress: true });
  nextOpen().resolve(model());
  await studio.openModel(blob, { name: 'b' });
  grafting.reject(new Error('late'));
  await adding;
  expect(shown()).toMatchObject({ model: 'b', status: 'Ready for an image.', alert: '' });
});

it('opens no model that was still loading when another was chosen', async () => {
  const studio = new Studio();
  const given = deferred<Blob>();
  const first = studio.openModel(given.promise, { name: 'given' });
  nextOpen().resolve(model());
  await studio.openModel(blob, { name: 'mine' });
  given.resolve(blob);
  await first;
  expect(shown()).toMatchObject({ model: 'mine', alert: '' });
  expect(Restorer.open).toHaveBeenCalledTimes(1);
});

describe('of several images', () => {
  /** Makes each image decode when told. */
  function decoding(): Map<string, (decoded: object | Error) => void> {
    const decode = new Map<string, (decoded: object | Error) => void>();
    vi.stubGlobal('createImageBitmap', (file: File) => {
      const { promise, resolve, reject } = deferred<object>();
      decode.set(file.name, (decoded) =>
        decoded instanceof Error ? reject(decoded) : resolve(decoded),
      );
      return promise;
    });
    return decode;
  }
  const file = (name: string) => new File([], name);
  const decoded = (name: string) => ({ name, close: vi.fn() });

  it('shows the one that was chosen last, whichever decodes first', async () => {
    const studio = new Studio();
    const decode = decoding();
    const both = ['a', 'b'].map((name) => studio.showImage(file(name), name));
    await settled();
    const a = decoded('a');
    decode.get('b')!(decoded('b'));
    await settled();
    decode.get('a')!(a);
    await Promise.all(both);
    expect(onStage).toEqual(['b']);
    expect(a.close).toHaveBeenCalledTimes(1);
  });

  it('is silent about one that another was chosen after', async () => {
    const studio = new Studio();
    const decode = decoding();
    const both = ['a', 'b'].map((name) => studio.showImage(file(name), name));
    await settled();
    decode.get('b')!(decoded('b'));
    await settled();
    decode.get('a')!(new Error('broken'));
    await Promise.all(both);
    expect([onStage, shown().alert]).toEqual([['b'], '']);
  });

  it('shows no earlier one that is still drawn', async () => {
    const studio = new Studio();
    const decode = decoding();
    const drawn = deferred<Blob | null>();
    const sample = studio.showImage(drawn.promise, 'sample');
    const mine = studio.showImage(file('mine'), 'mine');
    await settled();
    decode.get('mine')!(decoded('mine'));
    await mine;
    drawn.resolve(file('sample'));
    await settled();
    decode.get('sample')?.(decoded('sample'));
    await sample;
    expect(onStage).toEqual(['mine']);
  });

  it('keeps the run of the present one if the next cannot be read', async () => {
    const studio = new Studio();
    nextOpen().resolve(model());
    await studio.openModel(blob, { name: 'a' });
    void studio.showImage(blob, 'image.png');
    await settled();
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('broken')));
    await studio.showImage(blob, 'text.png');
    expect(shown()).toMatchObject({
      status: 'Restoring…',
      cancel: true,
      alert: 'broken',
    });
  });
});
