import { readFile } from 'node:fs/promises';
import { GraftError } from '@pip-graft/graft';
import { filePath, ioError, makeFolder } from '@pip-graft/graft/files';
import { autoTile, type TilePlan } from '@pip-graft/imaging';
import {
  clipWarning,
  decodeImage,
  droppedBy,
  formatOf,
  imageSize,
  keepGrey,
  type RestoreTiledOptions,
  restoreTiled,
  writeImage,
} from '@pip-graft/restore';
import type { Session as RuntimeSession } from '@pip-graft/runtime';
import { Room } from '../pipeline/room.ts';
import type { Session } from '../pipeline/session.ts';
import type { Job } from './images.ts';
import { digestOf, type Journal } from './journal.ts';

/** Images in flight: one decodes, one runs, one encodes; more would only wait for the model. */
const lanes = 3;
/** Most pixels in memory, at up to 36 bytes each: two images of 12 megapixels. */
const roomPixels = 24_000_000;
/** Errors that would also stop the next result. */
const noUse = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);
/** Errors that would if a result met them, and not if an image did. */
const noWrite = new Set(['EACCES', 'EPERM', 'ENOTDIR']);

export interface Batch {
  readonly session: Session;
  readonly model: RuntimeSession;
  readonly folder: string;
  readonly journal: Journal;
  /** Digest of the model and all settings. */
  readonly settings: string;
  readonly restore: RestoreTiledOptions;
  /** Most pixels of an image; default: the limit for reading images. */
  readonly pixels?: number;
  /** Memory for choosing the tile, with `--tile auto`. */
  readonly auto?: {
    readonly bytesPerPixel: number;
    readonly available: number;
    readonly whole: boolean;
  };
  /** The size that the model resizes every image to. */
  readonly inside?: { readonly height: number; readonly width: number };
}

export interface Outcome extends Job {
  /** Tiles of the image; undefined if it failed. */
  readonly plan?: TilePlan;
  /** Weights that the model's sensor found, if it was used. */
  readonly found?: readonly number[];
  readonly error?: GraftError;
}

/**
 * Restores images, several in flight. A failed image does not stop the others; a full disk does.
 * Once the session's signal is aborted, no new image starts.
 */
export async function restoreBatch(jobs: readonly Job[], batch: Batch): Promise<Outcome[]> {
  const { session } = batch;
  const outcomes: Outcome[] = [];
  const room = new Room(roomPixels);
  // Run the model on one image at a time: two would take twice the memory and as much time.
  const turn = new Room(1);
  // Once memory ran out for a tile, later images start with what fitted: a chosen overlap shrinks
  // along, because it must stay below the tile.
  let { tile: longest = Number.POSITIVE_INFINITY, overlap } = batch.restore;
  // Progress of each image, 0 to 1; encoding is short compared with running.
  const running = new Map<number, number>();
  let ended = 0;
  const progress = (index: number, share: number): void => {
    if (share < 1) running.set(index, share);
    else {
      running.delete(index);
      ended++;
    }
    const done = [...running.values()].reduce((sum, each) => sum + each, ended);
    session.progress('restoring', done, jobs.length, 'images');
  };
  session.progress('restoring', 0, jobs.length, 'images');

  const one = async (job: Job, index: number): Promise<Pick<Outcome, 'plan' | 'found'>> => {
    const bytes = await readFile(filePath(job.path)).catch((error: unknown) => {
      throw ioError('read', job.path, error);
    });
    const { width, height, pages } = await imageSize(bytes, job.path);
    if (pages > 1) session.note(`${job.path}: only the first of its ${pages} pages is restored`);
    const leave = await room.enter(width * height);
    try {
      session.signal.throwIfAborted();
      const image = await decodeImage(bytes, {
        label: job.path,
        ...(batch.pixels === undefined ? {} : { pixels: batch.pixels }),
      });
      const { sizeMultiple = 1 } = batch.restore;
      const next = await turn.enter(1);
      let plan: TilePlan | undefined;
      let found: readonly number[] | undefined;
      // Runs that look at the whole image before the first tile.
      let before = 0;
      let restored: typeof image;
      try {
        const fits = batch.auto && autoTile(image, { ...batch.auto, sizeMultiple });
        // A chosen overlap must fit into the tile.
        const tile = Math.min(longest, Math.max(fits ?? longest, 2 * (overlap ?? 0)));
        restored = await restoreTiled(batch.model, image, {
          ...batch.restore,
          tile,
          ...(overlap === undefined ? {} : { overlap }),
          signal: session.signal,
          onClip: (share) => {
            const clipped = clipWarning(share, 'with --range');
            if (clipped) session.note(`warning: ${job.path}: ${clipped}`);
          },
          onFound: (weights) => {
            found = weights;
          },
          onLook: (done, looks, { columns, rows }) => {
            before = looks;
            progress(index, done / (looks + columns.length * rows.length));
          },
          onTile: (tiles, total, used) => {
            plan = used;
            progress(index, Math.min(0.99, (before + tiles) / (before + total)));
          },
          onShrink: (from, smaller) => {
            longest = smaller;
            if (overlap !== undefined) overlap = Math.min(overlap, Math.floor(smaller / 2));
            session.note(
              `${job.path}: not enough memory for tiles of ${from}; going on with ${smaller}`,
            );
          },
        });
      } finally {
        next();
      }
      if (batch.inside && plan && plan.columns.length * plan.rows.length > 1) {
        session.note(resized(job.path, batch.inside));
      }
      await makeFolder(batch.folder).catch((error: unknown) => {
        throw ioError('write', batch.folder, error);
      });
      await writeImage(job.output, keepGrey(image, restored));
      const dropped = droppedBy(restored, formatOf(job.output));
      if (dropped.length > 0) {
        session.note(
          `${job.path}: its ${dropped.join(' and ')} cannot be kept in ${job.output}; rename the image to .png to keep ${dropped.length > 1 ? 'them' : 'it'}`,
        );
      }
      const entry = { name: job.name, input: digestOf(bytes), settings: batch.settings };
      await batch.journal.add(entry);
      return { ...(plan ? { plan } : {}), ...(found ? { found } : {}) };
    } finally {
      leave();
    }
  };

  await inLanes(jobs, lanes, async (job, index) => {
    session.signal.throwIfAborted();
    try {
      outcomes[index] = { ...job, ...(await one(job, index)) };
    } catch (error) {
      if (!(error instanceof GraftError) || isFinal(error)) throw error;
      outcomes[index] = { ...job, error };
      if (jobs.length > 1) session.note(`graft restore: ${error.message}`);
    }
    progress(index, 1);
  });
  return outcomes;
}

function resized(path: string, { height, width }: NonNullable<Batch['inside']>): string {
  return `warning: ${path}: the model resizes whatever it gets to ${width}x${height}, so in tiles the result differs from that of the whole image; omit --tile, or restore a smaller image`;
}

function isFinal({ code, cause }: GraftError): boolean {
  if (!(cause instanceof Error && 'code' in cause)) return false;
  const reason = String(cause.code);
  return noUse.has(reason) || (code === 'WRITE_FAILED' && noWrite.has(reason));
}

/**
 * Processes items in order, `lanes` at a time. After the first error no other item starts; the
 * running ones are awaited, then the error is thrown.
 */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return;
      try {
        await work(item, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
