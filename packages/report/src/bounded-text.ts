/** A text with a size limit, built from parts; parts that do not fit are omitted. */
export class BoundedText {
  #parts: string[] = [];
  #left: number;

  /** @param bytes limit in UTF-8 bytes */
  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Appends a part if it fits and returns whether it did. */
  add(part: string): boolean {
    const size = Buffer.byteLength(part);
    if (size > this.#left) return false;
    this.#left -= size;
    this.#parts.push(part);
    return true;
  }

  /** Appends parts until one does not fit and returns how many are missing. */
  addAll(parts: readonly string[]): number {
    const missing = parts.findIndex((part) => !this.add(part));
    return missing === -1 ? 0 : parts.length - missing;
  }

  get text(): string {
    return this.#parts.join('');
  }
}
