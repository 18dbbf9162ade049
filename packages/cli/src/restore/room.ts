/**
 * Room for so many pixels in memory: pictures enter in order, each as soon as it fits
 * beside those inside; one that is larger than the room enters alone.
 */
export class Room {
  readonly #size: number;
  readonly #queue: (() => void)[] = [];
  #taken = 0;
  #inside = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Waits for room; call what is returned to leave. */
  async enter(pixels: number): Promise<() => void> {
    const fits = (): boolean => this.#inside === 0 || this.#taken + pixels <= this.#size;
    if (this.#queue.length > 0 || !fits()) {
      await new Promise<void>((resolve) => {
        this.#queue.push(() => {
          if (!fits()) return;
          this.#queue.shift();
          this.#take(pixels);
          resolve();
          this.#queue[0]?.();
        });
      });
    } else this.#take(pixels);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#taken -= pixels;
      this.#inside--;
      this.#queue[0]?.();
    };
  }

  #take(pixels: number): void {
    this.#taken += pixels;
    this.#inside++;
  }
}
