import { type Isolation, WorkerProcess } from './worker-process.ts';

/**
 * One worker process for several sessions after one another: starting CUDA takes longer than most
 * runs. One that has ended is replaced when the next session is opened.
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
