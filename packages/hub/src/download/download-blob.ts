import type { Hash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import {
  ioError,
  isRunning,
  makeFolder,
  parseTemporaryName,
  temporaryPath,
} from '@pip-graft/onnx-graft/node';
import { type Errand, unreachable, whyOf } from '../hub-fetch.ts';
import { type FileIdentity, startDigest } from './file-infos.ts';

/** A file to download. */
export interface BlobRequest {
  readonly url: string;
  /** Target path. */
  readonly blob: string;
  readonly identity: FileIdentity;
  readonly fetch: typeof fetch;
  readonly errand: Errand;
  /** Receives the bytes present, including those of an earlier download. */
  readonly onBytes: (done: number) => void;
}

/**
 * Downloads a blob into the cache, resuming an earlier download. The blob gets its name only if
 * length and digest match the hub's.
 *
 * Errors: `CORRUPT_FILE` for other content, which is removed; `READ_FAILED` if the download stops,
 * and `WRITE_FAILED`, both of which keep the received part; the signal's reason.
 */
export async function downloadBlob(request: BlobRequest): Promise<void> {
  const { blob, identity, errand } = request;
  let partial: string;
  try {
    if ((await sizeOf(blob)) === identity.size) return;
    await makeFolder(dirname(blob));
    partial = await claimPartial(blob);
  } catch (error) {
    throw ioError('write', blob, error);
  }
  try {
    const digest = await fill(partial, request);
    if (digest !== identity.digest)
      throw other(errand, `its digest is ${digest}, not ${identity.digest}`);
    await rename(partial, blob);
  } catch (error) {
    if (error instanceof GraftError && error.code === 'CORRUPT_FILE')
      await rm(partial, { force: true }).catch(() => {});
    else await releasePartial(partial, blob);
    errand.signal?.throwIfAborted();
    throw ioError('write', blob, error);
  }
}

/** Downloads the missing part of a file. Returns the digest of the whole. */
async function fill(path: string, request: BlobRequest): Promise<string> {
  const { identity, onBytes } = request;
  let hash = startDigest(identity);
  const file = await open(path, 'a');
  try {
    let done = (await file.stat()).size;
    if (done > identity.size) {
      await file.truncate(0);
      done = 0;
    }
    for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array);
    if (done < identity.size || identity.size === 0) {
      const answer = await ask(request, done);
      if (!answer.resumed && done > 0) {
        await file.truncate(0);
        done = 0;
        hash = startDigest(identity);
      }
      onBytes(done);
      await append(file, answer.response, done, hash, request);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Requests a file from a byte offset; a hub that cannot resume returns the whole file. */
async function ask(
  request: BlobRequest,
  from: number,
): Promise<{ readonly response: Response; readonly resumed: boolean }> {
  const { url, fetch, errand } = request;
  // A compressed response would have other lengths.
  const headers = {
    'accept-encoding': 'identity',
    ...(from > 0 ? { range: `bytes=${from}-` } : {}),
  };
  const response = await fetch(url, { headers });
  if (response.ok && response.status !== 206) return { response, resumed: false };
  if (
    response.status === 206 &&
    response.headers.get('content-range')?.startsWith(`bytes ${from}-`)
  )
    return { response, resumed: true };
  await response.body?.cancel().catch(() => {});
  // What is there cannot be continued, now or later: a hub that does not count as others do.
  if (from > 0) return ask(request, 0);
  throw unreachable(errand, 'the hub answered with a different part of the file');
}

async function append(
  file: FileHandle,
  response: Response,
  from: number,
  hash: Hash,
  { identity, errand, onBytes }: BlobRequest,
): Promise<void> {
  let done = from;
  const body = response.body === null ? [] : readAhead(response.body);
  for await (const bytes of arriving(body as AsyncIterable<Uint8Array>, errand)) {
    done += bytes.length;
    if (done > identity.size)
      throw other(errand, `it is longer than the ${identity.size} bytes that the hub reports`);
    hash.update(bytes);
    await file.appendFile(bytes);
    onBytes(done);
  }
  if (done < identity.size) throw stopped(errand, `it ended at byte ${done} of ${identity.size}`);
}

/** Bytes that may arrive while the disk writes. */
const ahead = 4 * 1024 * 1024;

/**
 * Reads a body before it is asked for. If the hub closes the connection while a body waits to be
 * read, the `fetch` of some versions of Node 22 and 24 ends the process: nodejs/undici#5360.
 */
function readAhead(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: ahead });
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>(undefined, strategy, strategy),
  );
}

/** Yields received data, and distinguishes network failures from disk failures. */
async function* arriving(
  body: AsyncIterable<Uint8Array>,
  errand: Errand,
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((cause: unknown) => {
        errand.signal?.throwIfAborted();
        throw stopped(errand, whyOf(cause), cause);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.().catch(() => {});
  }
}

function stopped({ place }: Errand, why: string, cause?: unknown): GraftError {
  return new GraftError(
    'READ_FAILED',
    `${place}: the download stopped: ${why}; run it again to continue.`,
    { cause },
  );
}

function other({ place }: Errand, why: string): GraftError {
  return new GraftError(
    'CORRUPT_FILE',
    `${place}: what was downloaded is not the file that the hub names: ${why}; it was removed. Try again, and check HF_ENDPOINT.`,
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

/**
 * Returns the file for a blob's download, under a name unique to this download. The remains of an
 * earlier one, stopped or killed, become this file: a rename succeeds for one process only.
 *
 * Does not touch the partial files of other programs.
 */
async function claimPartial(blob: string): Promise<string> {
  const own = temporaryPath(blob);
  for (const left of [partialPath(blob), ...abandoned(blob)]) {
    try {
      await rename(left, own);
      return own;
    } catch {
      // There is none, or another process has it.
    }
  }
  return own;
}

/** Leaves the received part to the next download of the blob. */
async function releasePartial(own: string, blob: string): Promise<void> {
  await rename(own, partialPath(blob)).catch(() => {});
}

function partialPath(blob: string): string {
  return join(dirname(blob), `.${basename(blob)}.part`);
}

/** Partial downloads of a blob by killed processes. */
function abandoned(blob: string): string[] {
  const folder = dirname(blob);
  return readdirSync(folder)
    .filter((name) => {
      const found = parseTemporaryName(name);
      return found?.target === basename(blob) && found.mark && isRunning(found.mark) === false;
    })
    .map((name) => join(folder, name));
}
