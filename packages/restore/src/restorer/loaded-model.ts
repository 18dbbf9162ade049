import { lookClosely } from '@pip-graft/graft';
import { autoTile, bytesPerPixel, deepestScale, fixedInside } from '@pip-graft/imaging';
import { GraftError, graphFacts, type Model } from '@pip-graft/onnx-graft';
import { type GraftRecord, labelWeights } from '@pip-graft/pip-core';
import type { Session } from '@pip-graft/runtime/session';
import type { Door, DoorOptions } from '../door/door.ts';
import { type OpenedDoor, openDoor } from '../door/open-door.ts';
import { nameOfKind } from '../image/rgba.ts';
import { spelled } from '../image/spelled.ts';
import type { ModelParts } from '../run/model-parts.ts';
import type { RestoreTiledOptions } from '../run/restore-tiled.ts';
import { checkStrength } from '../steer/steering.ts';
import { isPlain, refuseOptionsAsWeights } from './require-options.ts';

/** A model loaded in any runtime, with what it needs to run on images. */
export interface LoadedModel {
  readonly session: Session;
  readonly settings: ModelSettings;
  /** Its parts, for images of several tiles and for what its sensor finds. */
  readonly parts?: ModelParts | undefined;
  /** Bytes that are free for a run; tiles use half. */
  available(): number;
}

/** Frees a loaded model's memory. */
export async function releaseLoaded({ session, parts }: LoadedModel): Promise<void> {
  await parts?.release();
  await session.release();
}

/** Options of a call besides weights and strength. */
export interface TileRequest {
  /** Longest side of a tile in pixels; default: `auto`, as large as half the free memory allows. */
  readonly tile?: number | 'auto' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns options of `restoreTiled` for an image: the model's settings, and the tile.
 *
 * Errors: `INVALID_ARGUMENT` for a tile that is not a whole number.
 */
export function tileSettings(
  { settings, parts, available }: LoadedModel,
  image: { readonly width: number; readonly height: number },
  { tile = 'auto', signal }: TileRequest,
): RestoreTiledOptions {
  if (tile !== 'auto' && tile !== Number.POSITIVE_INFINITY && !(Number.isInteger(tile) && tile > 0))
    throw new GraftError(
      'INVALID_ARGUMENT',
      `tile: ${spelled(tile)} is not a whole number of pixels; pass one such as 512, or 'auto'.`,
    );
  const { restore, bytesPerPixel, inside } = settings;
  const { sizeMultiple } = restore;
  const memory = { bytesPerPixel, sizeMultiple, whole: inside !== undefined };
  const side = tile === 'auto' ? autoTile(image, { ...memory, available: available() }) : tile;
  return {
    ...restore,
    parts,
    ...(Number.isFinite(side) ? { tile: side } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** A size multiple that suits usual networks, for a graph that does not show what makes its output. */
const unshown = 64;

/** What a model needs to run on images, whatever the caller's options. */
export interface ModelSettings {
  /** null without a graft. */
  readonly graft: GraftRecord | null;
  /** The order of the weights; empty if the model takes none. */
  readonly labels: readonly string[];
  /** How images get in and out; null if no input is an image. */
  readonly door: Door | null;
  /** Names of the inputs that the graft added. */
  readonly steering: readonly string[];
  /** Memory of a run, for choosing tiles. */
  readonly bytesPerPixel: number;
  /** The size that the model resizes every image to; a tile is then not a part of the whole. */
  readonly inside: { readonly height: number; readonly width: number } | undefined;
  readonly restore: Pick<RestoreTiledOptions, 'names'> &
    Required<Pick<RestoreTiledOptions, 'sizeMultiple' | 'tileStep'>>;
}

/**
 * Returns how `restoreTiled` must treat a model: its size multiple, where tiles start, and the
 * names of its inputs.
 *
 * Errors: `CORRUPT_FILE` for an invalid stamp.
 *
 * @example await restoreTiled(session, image, settingsOf(model).restore)
 */
export function settingsOf(model: Model): ModelSettings {
  const facts = graphFacts(model);
  const { sizeMultiple, image, unfit, graft } = lookClosely(model, facts);
  const found = graft?.auto ? { found: graft.auto.output } : {};
  return {
    graft,
    labels: graft?.inputs ? graft.labels : [],
    door: image && { ...image, unfit },
    steering: graft?.inputs ? [graft.inputs.degradation, graft.inputs.strength] : [],
    bytesPerPixel: bytesPerPixel(facts),
    inside: fixedInside(facts),
    restore: {
      sizeMultiple: image?.output === null ? Math.max(sizeMultiple, unshown) : sizeMultiple,
      tileStep: deepestScale(facts),
      ...(graft?.inputs ? { names: { ...graft.inputs, ...found } } : {}),
    },
  };
}

/**
 * Weights by label; a label that is omitted or undefined weighs 0, an object without labels counts
 * as no weights.
 */
export type Weights<Label extends string = string> = { readonly [L in Label]?: number | undefined };

/**
 * Converts weights by label to a row in the model's order; undefined for none.
 *
 * Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`; `INVALID_ARGUMENT` for weights or a strength that the model does not
 * take.
 */
export function weightsRow(
  { session, settings }: LoadedModel,
  weights: Weights | undefined,
  strength: number | undefined,
): number[] | undefined {
  const { labels } = settings;
  if (weights !== undefined && !isPlain(weights)) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      `weights: ${nameOfKind(weights)} was passed; pass numbers by label, such as { ${labels[0] ?? 'rain'}: 1 }.`,
    );
  }
  if (weights !== undefined) refuseOptionsAsWeights(weights, labels);
  if (strength !== undefined) checkStrength(strength);
  const given = Object.entries(weights ?? {}).filter(([, weight]) => weight !== undefined);
  const asked = given.length > 0 ? 'weights' : strength !== undefined ? 'strength' : undefined;
  if (asked !== undefined && labels.length === 0) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${session.label}: it takes no ${asked}, because it has no graft or its degradation is baked; omit them.`,
    );
  }
  if (given.length === 0) return undefined;
  return labelWeights(Object.fromEntries(given) as Readonly<Record<string, number>>, labels);
}

/** Converts a row of weights to weights by label. */
export function namedWeights(
  labels: readonly string[],
  row: readonly number[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(labels.map((label, at) => [label, row[at]!]));
}

/**
 * Wraps a model's session as one of planar RGB from 0 to 1. Releases it if that fails.
 *
 * Errors: those of {@link openDoor}.
 *
 * @example const { session } = await behindDoor(await createSession(path), settingsOf(model));
 */
export async function behindDoor(
  session: Session,
  { door, steering, restore }: Pick<ModelSettings, 'door' | 'steering' | 'restore'>,
  options: DoorOptions = {},
): Promise<OpenedDoor> {
  try {
    const { sizeMultiple } = restore;
    // A program may use a network of random weights; the command line is stricter.
    const choices = { ...options, sizeMultiple, steering, untrained: true };
    return await openDoor(session, door, choices);
  } catch (error) {
    await session.release();
    throw error;
  }
}
