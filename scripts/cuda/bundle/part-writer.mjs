import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

/** @import { Hash } from 'node:crypto' */

/** Writes a stream as NAME.000, NAME.001, … of at most `size` bytes, with the SHA-256 of each. */
export class PartWriter extends Writable {
  /** @type {{ name: string, bytes: number, digest: string }[]} */
  parts = [];
  /** @type {{ name: string, descriptor: number, hash: Hash, bytes: number } | undefined} */
  #open;

  /**
   * @param {string} folder
   * @param {string} name
   * @param {number} size
   */
  constructor(folder, name, size) {
    super({ highWaterMark: 1 << 20 });
    this.folder = folder;
    this.name = name;
    this.size = size;
  }

  /**
   * @override
   * @param {Buffer} chunk
   * @param {BufferEncoding} _encoding
   * @param {(error?: Error | null) => void} done
   */
  _write(chunk, _encoding, done) {
    try {
      for (let at = 0; at < chunk.length; ) {
        this.#open ??= this.#begin();
        const some = chunk.subarray(at, at + this.size - this.#open.bytes);
        for (let written = 0; written < some.length; )
          written += writeSync(this.#open.descriptor, some, written);
        this.#open.hash.update(some);
        this.#open.bytes += some.length;
        at += some.length;
        if (this.#open.bytes === this.size) this.#end();
      }
      done();
    } catch (error) {
      done(/** @type {Error} */ (error));
    }
  }

  /**
   * @override
   * @param {(error?: Error | null) => void} done
   */
  _final(done) {
    this.#end();
    done();
  }

  #begin() {
    const name = `${this.name}.${String(this.parts.length).padStart(3, '0')}`;
    return {
      name,
      descriptor: openSync(join(this.folder, name), 'w'),
      hash: createHash('sha256'),
      bytes: 0,
    };
  }

  #end() {
    if (!this.#open) return;
    const { name, descriptor, hash, bytes } = this.#open;
    closeSync(descriptor);
    this.parts.push({ name, bytes, digest: hash.digest('hex') });
    this.#open = undefined;
  }
}
