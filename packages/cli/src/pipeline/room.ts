/**
 * Limits the amount of something in use, such as pixels or bytes in memory. Callers enter in order,
 * each as soon as it fits beside those inside; one that is larger than the limit enters alone.
 */
export class Room {
  readonly #size: number;
  readonly #queue: (() => void)[] = [];
  #taken = 0;
  #inside = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Waits for room; call the returned function to leave. */
  async enter(size: number): Promise<() => void> {
    const fits = (): boolean => this.#inside === 0 || this.#taken + size <= this.#size;
    if (this.#queue.length > 0 || !fits()) {
      await new Promise<void>((resolve) => {
        this.#queue.push(() => {
          if (!fits()) return;
          this.#queue.shift();
          this.#take(size);
          resolve();
          this.#queue[0]?.();
        });
      });
    } else this.#take(size);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken -= size;
      this.#inside--;
      this.#queue[0]?.();
    };
  }

  #take(size: number): void {
    this.#taken += size;
    this.#inside++;
  }
}
