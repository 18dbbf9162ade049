/// <reference lib="dom" />
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Connection, type Started, startWorker } from '../../src/web/connection.ts';
import type { FromWorker, Opened, ToWorker } from '../../src/web/messages.ts';

const opened: Opened = { labels: [], hasSensor: false, device: { name: 'wasm', reason: 'a test' } };
const request = { model: new Blob(), label: 'net.onnx', device: 'wasm' } as const;
const image = { data: new Uint8ClampedArray(3), width: 1, height: 1 };
const closed = { code: 'INVALID_ARGUMENT', message: 'net.onnx: it was closed; open it again.' };

/** A worker that answers `open`, and clones what it gets, as a real one does. */
class FakeWorker {
  onmessage: ((event: { data: FromWorker }) => void) | null = null;
  onerror: unknown = null;
  terminated = 0;

  postMessage(message: ToWorker): void {
    const { id, operation } = structuredClone(message) as { id: number; operation: string };
    if (operation !== 'open') return;
    setTimeout(() => this.onmessage?.({ data: { id, answer: opened } }));
  }

  terminate(): void {
    this.terminated++;
  }
}

function started(worker: FakeWorker, more: Partial<Started> = {}): Started {
  return { worker: worker as unknown as Worker, ...more };
}

describe('Connection', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('ends a worker that starts after it was closed', async () => {
    const worker = new FakeWorker();
    let start = (_: Started): void => {};
    const connection = new Connection(
      () => new Promise((resolve) => (start = resolve)),
      'wasm',
      request,
    );
    const opening = connection.open();
    connection.close();
    start(started(worker));
    await expect(opening).rejects.toMatchObject(closed);
    expect(worker.terminated).toBe(1);
  });

  it('rejects a call that it was closed under', async () => {
    const worker = new FakeWorker();
    const connection = new Connection(() => Promise.resolve(started(worker)), 'wasm', request);
    await connection.open();
    const call = connection.call('detect', { image, label: 'image', progress: false }, {});
    connection.close();
    await expect(call).rejects.toMatchObject(closed);
    await expect(connection.open()).rejects.toMatchObject(closed);
    expect(worker.terminated).toBe(1);
  });

  it('forgets a request that cannot be sent', async () => {
    const worker = new FakeWorker();
    const connection = new Connection(() => Promise.resolve(started(worker)), 'wasm', request);
    await connection.open();
    const kept = vi.spyOn(Map.prototype, 'set');
    const image = (() => 1) as unknown as Blob;
    const call = connection.call('detect', { image, label: 'image', progress: false }, {});
    await expect(call).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^a worker cannot receive what was passed \(.+\); pass plain/),
    });
    expect(kept.mock.calls.filter(([, value]) => value && 'reject' in Object(value))).toEqual([]);
    connection.close();
  });

  it('says that pixels of another site cannot be read', async () => {
    const worker = new FakeWorker();
    const connection = new Connection(() => Promise.resolve(started(worker)), 'wasm', request);
    await connection.open();
    worker.postMessage = () => {
      throw new DOMException('Non-origin-clean', 'DataCloneError');
    };
    const transfer = [new ArrayBuffer(1)];
    await expect(
      connection.call('detect', { image, label: 'image', progress: false }, { transfer }),
    ).rejects.toThrow(
      /^image: this page may not read its pixels \(Non-origin-clean\); if it comes from another site/,
    );
    connection.close();
  });

  it("ends a call with the error of the caller's own progress function", async () => {
    const worker = new FakeWorker();
    const sent = vi.spyOn(worker, 'postMessage');
    const connection = new Connection(() => Promise.resolve(started(worker)), 'wasm', request);
    await connection.open();
    const mine = new Error('mine');
    const onStep = (): void => {
      throw mine;
    };
    const restore = { image, label: 'image', progress: true };
    const call = connection.call('restore', restore, { onStep });
    await new Promise((resolve) => setTimeout(resolve));
    const { id } = sent.mock.lastCall![0] as { id: number };
    const step = { done: 1, total: 2, tile: { x: 0, y: 0, width: 1, height: 1, pixels: image } };
    worker.onmessage?.({ data: { id, step } as unknown as FromWorker });
    await expect(call).rejects.toBe(mine);
    expect(sent.mock.lastCall).toEqual([{ abort: id }]);
    connection.close();
  });

  it("revokes the script of its worker with the worker's end, not before", async () => {
    const revoke = vi.spyOn(URL, 'revokeObjectURL');
    const script = URL.createObjectURL(new Blob(['']));
    const start = () => Promise.resolve(started(new FakeWorker(), { script }));
    const connection = new Connection(start, 'wasm', request);
    expect(await connection.open()).toEqual(opened);
    expect(revoke.mock.calls).toEqual([]);
    connection.close();
    expect(revoke.mock.calls).toEqual([[script]]);
  });
});

describe('startWorker', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it.each([
    [
      "This document requires 'TrustedScriptURL' assignment.",
      /trustedTypes\.createPolicy\('default'/,
    ],
    [
      'Refused to create a worker.',
      /allow it with Content-Security-Policy: worker-src 'self' blob:/,
    ],
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
});
