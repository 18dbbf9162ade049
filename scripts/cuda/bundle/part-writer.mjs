import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

/** Writes a stream as NAME.000, NAME.001, … of at most `size` bytes, with the SHA-256 of each. */
export class PartWriter extends Writable {
  parts = [];
  #open;

  constructor(folder, name, size) {
    super({ highWaterMark: 1 << 20 });
    Object.assign(this, { folder, name, size });
  }

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
      done(error);
    }
  }

  _final(done) {
    if (this.#open) this.#end();
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
    const { name, descriptor, hash, bytes } = this.#open;
    closeSync(descriptor);
    this.parts.push({ name, bytes, digest: hash.digest('hex') });
    this.#open = undefined;
  }
}
