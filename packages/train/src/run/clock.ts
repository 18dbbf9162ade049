/** Measures the time of stages, without the time between them. */
export class Clock {
  patches = 0;
  readonly #now: () => number;
  #before = 0;
  #from: number | undefined;
  #computing = 0;

  /** @param now milliseconds since any moment */
  constructor(now: () => number) {
    this.#now = now;
  }

  start(): void {
    this.#from = this.#now();
  }

  stop(): void {
    this.#before = this.seconds * 1000;
    this.#from = undefined;
  }

  async time<Result>(work: () => Promise<Result>): Promise<Result> {
    const from = this.#now();
    const result = await work();
    this.#computing += this.#now() - from;
    return result;
  }

  get seconds(): number {
    return (this.#before + (this.#from === undefined ? 0 : this.#now() - this.#from)) / 1000;
  }

  /** Patches per second. */
  get pace(): number {
    return this.patches / Math.max(1e-3, this.seconds);
  }

  get share(): number {
    return this.#computing / 1000 / Math.max(1e-3, this.seconds);
  }
}
