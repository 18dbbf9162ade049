import { readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import type { ImageValues } from '@pip-graft/graft';
import { filePath } from '@pip-graft/graft/files';
import { planTiles } from '@pip-graft/imaging';
import { type ModelParts, openDoor, partsOfFile } from '@pip-graft/restore';
import { createSession, type Device } from '@pip-graft/runtime';
import { choicesOfDoor, type DoorChoices } from '../options/expected-device.ts';
import type { Result } from '../pipeline/run.ts';
import type { Session } from '../pipeline/session.ts';
import { type Shard, shareOf } from '../shard.ts';
import { findImages, type Job, placeResults } from './images.ts';
import { digestOf, Journal } from './journal.ts';
import { type Batch, type Outcome, restoreBatch } from './restore-batch.ts';
import { type Settings, settingsOf } from './settings-of.ts';
import { summarise } from './summarise.ts';

export interface RestoreRequest extends DoorChoices {
  readonly output: string;
  readonly degradation?: string;
  readonly strength?: number;
  readonly device: Device;
  readonly deviceId?: number;
  readonly tile: number | 'auto';
  readonly overlap?: number;
  readonly maxPixels?: number;
  readonly shard?: Shard;
}

/** Finds the images, skips those that are done, restores the rest and reports on each. */
export async function restoreImages(
  session: Session,
  model: string,
  images: readonly string[],
  request: RestoreRequest,
): Promise<Result> {
  const { output, device, shard } = request;
  const settings = settingsOf(model, request);
  const { images: found, faults, passedOver } = await findImages(images, output);
  // Place the whole list, so that no two shards write one file.
  const all = placeResults(found, output);
  const share = shareOf(all, ({ name }) => name.split(sep).join('/'), shard);
  const jobs = share.items;
  // One bad image of many does not stop the rest; a single image decides the result.
  const alone = all.length + faults.length === 1;
  if (alone && faults[0] !== undefined) throw faults[0].error;
  for (const { error } of faults) session.note(`graft restore: ${error.message}`);
  if (passedOver.length > 0) session.note(notRead(passedOver));

  const journal = await Journal.open(output, shard);
  if (journal.ignored > 0) {
    session.note(
      journal.ignored === 1
        ? `${output}: 1 line of its journal cannot be read and is ignored`
        : `${output}: ${journal.ignored} lines of its journal cannot be read and are ignored`,
    );
  }
  const key = keyOf(settings, request);
  const todo = await notDone(jobs, { journal, settings: key, session });

  const batch = {
    session,
    folder: output,
    journal,
    settings: key,
    ...tilesOf(settings, request),
    ...(request.maxPixels === undefined ? {} : { pixels: request.maxPixels }),
  };
  const outcomes = todo.length === 0 ? [] : await onDevice(model, settings, request, todo, batch);
  const first = outcomes[0];
  if (alone && first?.error !== undefined) throw first.error;
  return summarise({
    model,
    device,
    jobs,
    outcomes,
    faults,
    labels: settings.found ?? [],
    ...(shard && { shard: { ...shard, positions: share.positions, total: all.length } }),
  });
}

/** Digest of everything that a result depends on besides its image. */
function keyOf({ model, restore }: Settings, request: RestoreRequest): string {
  const { sizeMultiple, degradation, strength } = restore;
  const { device, tile, overlap, range, feed } = request;
  const all = [model, sizeMultiple, degradation, strength, device, tile, overlap, range, feed];
  return digestOf(JSON.stringify(all.map((value) => value ?? null)));
}

function tilesOf(
  { restore, bytesPerPixel, inside }: Settings,
  { tile, overlap, device }: RestoreRequest,
): Pick<Batch, 'restore' | 'auto' | 'inside'> {
  const shared = { ...restore, ...(overlap === undefined ? {} : { overlap }) };
  const resized = inside ? { inside } : {};
  if (tile !== 'auto') {
    // Reject an invalid tile once, before anything runs, not for each image.
    const large = { width: 1_000_000, height: 1 };
    const { sizeMultiple, tileStep } = restore;
    planTiles(large, { tile, overlap: overlap ?? 0, sizeMultiple, tileStep });
    return { restore: { ...shared, tile }, ...resized };
  }
  // Measured once, before the model loads, so that images of the same size get the same tiles.
  // A device's free memory is unknown; there the tile is halved if memory runs out.
  const available = device === 'cpu' ? process.availableMemory() : Number.POSITIVE_INFINITY;
  const auto = { bytesPerPixel, available, whole: inside !== undefined };
  return { restore: shared, auto, ...resized };
}

async function onDevice(
  path: string,
  { door, steering, restore, graft }: Settings,
  { device, deviceId, ...choices }: RestoreRequest,
  jobs: readonly Job[],
  batch: Omit<Batch, 'model'>,
): Promise<Outcome[]> {
  // Use as much of the device as possible, and report what ran on the CPU.
  const on = {
    device,
    strict: false,
    widen: true,
    ...(deviceId === undefined ? {} : { deviceId }),
  };
  const model = await createSession(path, on);
  let parts: ModelParts | undefined;
  try {
    const { sizeMultiple } = restore;
    const opened = await openDoor(model, door, {
      ...choicesOfDoor(choices),
      sizeMultiple,
      steering,
    });
    // Without one, the graph shows no output to be an image, and there is nothing to choose between.
    if (door?.output && opened.door.output !== door.output) {
      batch.session.note(
        `${path}: its output '${door.output}' is not an image; its output '${opened.door.output}' is used`,
      );
    }
    if (opened.measured) noteRange(path, opened.door.values, batch.session);
    parts = partsOfFile(path, { graft, steering }, opened.door, on);
    const shared = { ...batch, restore: { ...batch.restore, parts } };
    const outcomes = await restoreBatch(jobs, { ...shared, model: opened.session });
    if (!model.strict) {
      batch.session.note(
        `${path}: part of it ran on the CPU instead of ${device}; graft validate --device ${device} says which nodes`,
      );
    }
    return outcomes;
  } catch (error) {
    if (batch.session.signal.aborted) {
      batch.session.note('run the same command again to continue');
    }
    throw error;
  } finally {
    await parts?.release();
    await model.release();
  }
}

/** Notes ranges other than 0 to 1 that only a run has shown. */
function noteRange(path: string, values: ImageValues | undefined, session: Session): void {
  const [from, to] = [values?.input.range, values?.output.range];
  if (from === '0..1' && to === '0..1') return;
  session.note(
    `${path}: a run on a small image shows that it takes values of ${from} and makes values of ${to}; --range says otherwise`,
  );
}

/** Most files that a note names. */
const named = 3;

function notRead(paths: readonly string[]): string {
  const more = paths.length > named ? ` and ${paths.length - named} more` : '';
  const files = paths.slice(0, named).join(', ');
  return `graft restore: not read, because of their format: ${files}${more}; convert them to PNG, TIFF or JPEG.`;
}

/** Returns the jobs whose results do not exist, or were made from something else. */
async function notDone(
  jobs: readonly Job[],
  known: { readonly journal: Journal; readonly settings: string; readonly session: Session },
): Promise<Job[]> {
  const { journal, settings, session } = known;
  const todo: Job[] = [];
  for (const [index, job] of jobs.entries()) {
    session.signal.throwIfAborted();
    session.progress('checking what is done', index, jobs.length);
    // Keep an unreadable image: restoring it fails with the reason.
    const input = (): Promise<string | undefined> =>
      readFile(filePath(job.path)).then(digestOf, () => undefined);
    if (!(await journal.isDone(job.name, settings, input))) todo.push(job);
  }
  return todo;
}
