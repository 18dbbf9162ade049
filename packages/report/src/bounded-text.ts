/** A text of at most so many bytes, put together from parts of which the last may have to be left out. */
export class BoundedText {
  #parts: string[] = [];
  #left: number;

  /** @param bytes of UTF-8 in all */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Appends a part if it fits, and says whether it did. */
  add(part: string): boolean {
    const size = Buffer.byteLength(part);
    if (size > this.#left) return false;
    this.#left -= size;
    this.#parts.push(part);
    return true;
  }

  /** Appends parts up to the first that does not fit, and says how many are missing. */
  addAll(parts: readonly string[]): number {
    const missing = parts.findIndex((part) => !this.add(part));
    return missing === -1 ? 0 : parts.length - missing;
  }

  get text(): string {
    return this.#parts.join('');
  }
}
