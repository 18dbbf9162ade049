import { GraftError } from '@pip-graft/onnx-graft';
import type {
  FromWorker,
  Opened,
  OpenRequest,
  Operation,
  Operations,
  SentError,
  Step,
} from './messages.ts';
import type { Build } from './start-runtime.ts';

/// <reference lib="dom" />

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onStep: ((step: Step) => void) | undefined;
}

export interface CallOptions {
  readonly transfer?: Transferable[];
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: Step) => void) | undefined;
}

/**
 * A page's end of the channel to a worker with one model. The next call replaces a worker that
 * broke, as when wasm runs out of memory.
 */
export class Connection {
  readonly #start: StartWorker;
  readonly #build: Build;
  readonly #open: OpenRequest;
  readonly #waiting = new Map<number, Waiting>();
  #started: Started | undefined;
  #opened: Promise<Opened> | undefined;
  #closed = false;
  #next = 0;

  constructor(start: StartWorker, build: Build, open: OpenRequest) {
    this.#start = start;
    this.#build = build;
    this.#open = open;
  }

  /** Starts the worker and opens the model, unless that is done. */
  open(): Promise<Opened> {
    if (this.#closed) return Promise.reject(this.#closedError());
    this.#opened ??= this.#begin().catch((error: unknown) => {
      this.#stop();
      throw error;
    });
    return this.#opened;
  }

  async #begin(): Promise<Opened> {
    const started = await this.#start(this.#build);
    this.#started = started;
    // Closed while the worker started: `open` ends it now.
    if (this.#closed) throw this.#closedError();
    const { worker, wasm } = started;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#break(event.message);
    };
    return this.#send(worker, 'open', { ...this.#open, wasm: this.#open.wasm ?? wasm }, {});
  }

  /** Errors: the worker's; the signal's reason, at once. */
  async call<O extends Operation>(
    operation: O,
    request: Operations[O]['request'],
    options: CallOptions,
  ): Promise<Operations[O]['answer']> {
    await this.open();
    options.signal?.throwIfAborted();
    if (this.#started === undefined) throw this.#closedError();
    return this.#send(this.#started.worker, operation, request, options);
  }

  #send<O extends Operation>(
    worker: Worker,
    operation: O,
    request: Operations[O]['request'],
    { transfer = [], signal, onStep }: CallOptions,
  ): Promise<Operations[O]['answer']> {
    const id = this.#next++;
    const answer = new Promise<Operations[O]['answer']>((resolve, reject) => {
      // Throws for what cannot be sent: then no answer comes to wait for.
      try {
        worker.postMessage({ id, operation, request }, transfer);
      } catch (cause) {
        throw unsendable(cause, transfer.length > 0);
      }
      this.#waiting.set(id, { resolve, reject, onStep });
    });
    if (signal === undefined) return answer;
    const abort = (): void => {
      worker.postMessage({ abort: id });
      this.#take(id)?.reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    return answer.finally(() => signal.removeEventListener('abort', abort));
  }

  /** Ends the worker, and with it any running call. */
  close(): void {
    this.#closed = true;
    this.#fail(this.#closedError());
    this.#stop();
  }

  #closedError(): GraftError {
    return new GraftError('INVALID_ARGUMENT', `${this.#open.label}: it was closed; open it again.`);
  }

  #receive(message: FromWorker): void {
    if ('ready' in message) return;
    if ('step' in message) {
      try {
        this.#waiting.get(message.id)?.onStep?.(message.step);
      } catch (error) {
        // As in Node, an error of the caller's own function ends the call.
        this.#started?.worker.postMessage({ abort: message.id });
        this.#take(message.id)?.reject(error);
      }
      return;
    }
    const waiting = this.#take(message.id);
    if ('answer' in message) {
      waiting?.resolve(message.answer as never);
      return;
    }
    waiting?.reject(received(message.error));
    if (message.error.broken) this.#break('an earlier call ended it');
  }

  #break(reason: string): void {
    const message = `${this.#open.label}: its worker ended (${reason}); call again, with a smaller tile if memory ran out.`;
    this.#fail(new GraftError('RUNTIME_FAILED', message));
    this.#stop();
  }

  #fail(error: GraftError): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error);
  }

  #stop(): void {
    const { worker, script } = this.#started ?? {};
    worker?.terminate();
    if (script !== undefined) URL.revokeObjectURL(script);
    this.#started = undefined;
    this.#opened = undefined;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

/** Error for what a page cannot send to its worker: a function, or pixels that it may not read. */
function unsendable(cause: unknown, withPixels: boolean): GraftError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return withPixels
    ? new GraftError(
        'READ_FAILED',
        `image: this page may not read its pixels (${reason}); if it comes from another site, load it with crossOrigin = 'anonymous', or pass its file.`,
        { cause },
      )
    : new GraftError(
        'INVALID_ARGUMENT',
        `a worker cannot receive what was passed (${reason}); pass plain values.`,
        { cause },
      );
}

function received({ code, message }: SentError): Error {
  return code === null ? new Error(message) : new GraftError(code, message);
}

/// <reference lib="dom" />

/** A worker that is ready. */
export interface Started {
  readonly worker: Worker;
  /** Where it must look for wasm files, if it cannot know. */
  readonly wasm?: string;
  /** Blob URL of its script, from which it also starts its threads; revoke it when the worker ends. */
  readonly script?: string;
}

/** Starts a worker with a build; tests pass their own. */
type StartWorker = (build: Build) => Promise<Started>;

/** The script that this runs in, if it is a classic one, which has no `import.meta`. */
const classic = globalThis.document?.currentScript;
const classicUrl = classic && 'src' in classic && classic.src !== '' ? classic.src : undefined;

/**
 * Starts the package's module worker. Bundlers recognise the `new URL` and bundle the file; without
 * a bundler, or if a page may not load it from elsewhere, the same program runs from a Blob.
 *
 * Errors: `DEVICE_UNAVAILABLE` if neither starts.
 */
export async function startWorker(build: Build): Promise<Started> {
  try {
    const worker = await ready(
      build === 'webgpu'
        ? new Worker(new URL('./webgpu-worker.js', import.meta.url), { type: 'module' })
        : new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    );
    return { worker };
  } catch (first) {
    // The fallback has no WebGPU: its build of onnxruntime would double the size of a page's script.
    const { source } = await import('./worker-source.ts');
    const script = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    try {
      const wasm = new URL('./', import.meta.url ?? classicUrl ?? globalThis.location.href).href;
      return { worker: await ready(new Worker(script, { type: 'module' })), wasm, script };
    } catch (second) {
      URL.revokeObjectURL(script);
      throw new GraftError(
        'DEVICE_UNAVAILABLE',
        `a worker cannot start here: ${said(first)}, and ${said(second)}; ${adviceOn(first)}.`,
        { cause: first },
      );
    }
  }
}

/** Waits until a worker reports that it is ready. */
function ready(worker: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('ready' in data) resolve(worker);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message || 'its script does not load'));
    };
  });
}

/** What a page's author can do: the page's own policy forbids the worker. */
function adviceOn(error: unknown): string {
  return /Trusted/.test(said(error))
    ? "its policy requires trusted types: before, call trustedTypes.createPolicy('default', { createScriptURL: (url) => url })"
    : "allow it with Content-Security-Policy: worker-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'";
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
