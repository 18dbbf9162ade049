import { type Isolation, WorkerProcess } from './worker-process.ts';

/**
 * A worker process that several sessions use in turn, because starting CUDA takes longer than most
 * runs. The next session replaces a process that has ended.
 */
export class SharedWorker {
  readonly #label: string;
  readonly #isolation: Isolation;
  #worker: WorkerProcess | undefined;

  constructor(label: string, isolation: Isolation) {
    this.#label = label;
    this.#isolation = isolation;
  }

  get(): WorkerProcess {
    if (this.#worker === undefined || this.#worker.ended) {
      this.#worker = new WorkerProcess(this.#label, this.#isolation);
    }
    return this.#worker;
  }

  async close(): Promise<void> {
    await this.#worker?.close();
    this.#worker = undefined;
  }
}
