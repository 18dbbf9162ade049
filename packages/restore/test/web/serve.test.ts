/// <reference lib="dom" />
import { bytesOf, halvingModel } from '@pip-graft/test-utils';
import * as onnxruntime from 'onnxruntime-node';
import { afterEach, expect, it, vi } from 'vitest';
import type { FromWorker, OpenRequest } from '../../src/web/messages.ts';
import { type Scope, serve } from '../../src/web/serve.ts';
import type { WebRuntime } from '../../src/web/web-session.ts';

afterEach(() => vi.unstubAllGlobals());

type Settings = onnxruntime.InferenceSession.SessionOptions;

/** onnxruntime as in a browser, whose sessions on WebGPU fail at the grey image that a model is tried on. */
function runtimeOf(events: string[]): WebRuntime {
  const create = async (model: Uint8Array, { executionProviders: [provider] = [] }: Settings) => {
    const session = await onnxruntime.InferenceSession.create(model, { logSeverityLevel: 4 });
    const run = (feeds: Record<string, onnxruntime.Tensor>, fetches?: string[]) => {
      const grey = (feeds['input']!.data as Float32Array).every((value) => value === 0.5);
      if (provider === 'webgpu' && grey) return Promise.reject(new Error('no float16'));
      return session.run(feeds, fetches ?? session.outputNames);
    };
    const { inputMetadata, outputMetadata, inputNames, outputNames } = session;
    const made = inputMetadata[0]?.isTensor && inputMetadata[0].shape[2];
    // The proof of the device has sizes of its own; the model's are open.
    const name = `${provider} ${typeof made === 'number' ? 'proof' : 'model'}`;
    events.push(`+${name}`);
    const release = (): Promise<void> => {
      events.push(`-${name}`);
      return session.release();
    };
    return { run, release, inputMetadata, outputMetadata, inputNames, outputNames };
  };
  const env = { wasm: { numThreads: 1 }, versions: { web: '0' } };
  const { Tensor } = onnxruntime;
  return { env, Tensor, InferenceSession: { create } } as unknown as WebRuntime;
}

/** Opens a model in a worker that has WebGPU; returns its answer. */
function open(runtime: WebRuntime, device: OpenRequest['device']): Promise<FromWorker> {
  vi.stubGlobal('self', { crossOriginIsolated: false });
  vi.stubGlobal('navigator', {});
  return new Promise((resolve) => {
    const scope: Scope = {
      onmessage: null,
      postMessage(message) {
        if (!('ready' in message)) resolve(message);
      },
    };
    serve(scope, runtime, 'webgpu');
    const model = new Blob([bytesOf(halvingModel()) as BlobPart]);
    const request: OpenRequest = { model, label: 'half.onnx', device };
    scope.onmessage!({ data: { id: 7, operation: 'open', request } } as MessageEvent);
  });
}

const proof = ['wasm', 'wasm', 'webgpu'].flatMap((name) => [`+${name} proof`, `-${name} proof`]);

it('falls back to wasm for a model that WebGPU does not run, and frees the card', async () => {
  const events: string[] = [];
  expect(await open(runtimeOf(events), 'auto')).toMatchObject({
    id: 7,
    answer: {
      device: {
        name: 'wasm',
        reason: expect.stringMatching(/^WebGPU does not run it \(half\.onnx: .*no float16\); 1/),
      },
    },
  });
  expect(events).toEqual([...proof, '+webgpu model', '-webgpu model', '+wasm model']);
});

it('frees the card if WebGPU was asked for, and fails', async () => {
  const events: string[] = [];
  expect(await open(runtimeOf(events), 'webgpu')).toMatchObject({
    error: { code: 'RUNTIME_FAILED', message: expect.stringContaining('no float16') },
  });
  expect(events).toEqual([...proof, '+webgpu model', '-webgpu model']);
});
