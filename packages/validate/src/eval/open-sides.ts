import { GraftError, type Model } from '@pip-graft/onnx-graft';
import { digest, openModel } from '@pip-graft/onnx-graft/node';
import { type GraftRecord, readGraft, ungraft } from '@pip-graft/pip-core';
import { type DoorOptions, openDoor, settingsOf } from '@pip-graft/restore';
import type { Session, SessionOptions } from '@pip-graft/runtime';
import { createSession } from '@pip-graft/runtime';

/** Options for both sides. */
interface SidesOptions extends DoorOptions {
  readonly sizeMultiple?: number;
}

/** A model's sessions, with and without its graft. */
export interface Sides {
  readonly host: Session;
  /** null for a model without a graft. */
  readonly grafted: Session | null;
  readonly graft: GraftRecord | null;
  /** Whether the host is the original file of the graft. */
  readonly ownHost: boolean;
  close(): Promise<void>;
}

/**
 * Loads a model and its host: a given file, or the model with the graft removed.
 *
 * Errors: those of opening and loading; `NOT_GRAFTED` for a host beside a model without a graft.
 */
export async function openSides(
  path: string,
  base: string | undefined,
  { range, feeds, sizeMultiple, ...options }: SessionOptions & SidesOptions,
): Promise<Sides> {
  const sessions: Session[] = [];
  const opened = openModel(path);
  const load = async (...[model, label]: [Model | string, string]): Promise<Session> => {
    const session = await createSession(model, { ...options, widen: true, label });
    sessions.push(session);
    const { door, steering } = settingsOf(opened.model);
    const choices = {
      range,
      feeds,
      steering,
      untrained: true,
      ...(sizeMultiple ? { sizeMultiple } : {}),
    };
    return (await openDoor(session, door, choices)).session;
  };
  const close = async (): Promise<void> => {
    for (const session of sessions) await session.release();
  };
  try {
    const graft = readGraft(opened.model);
    if (graft === null) {
      if (base !== undefined) {
        throw new GraftError(
          'NOT_GRAFTED',
          `${path}: no graft, so there is no host to compare with; omit ${base}.`,
        );
      }
      return { host: await load(path, path), grafted: null, graft, ownHost: true, close };
    }
    const { model } = ungraft(opened.model, { isPartial: base !== undefined });
    const host = await (base === undefined ? load(model, `host of ${path}`) : load(base, base));
    const ownHost =
      (base === undefined ? digest(model.source) : digestOf(base)) === graft.host.digest;
    return { host, grafted: await load(path, path), graft, ownHost, close };
  } catch (error) {
    await close();
    throw error;
  } finally {
    opened.close();
  }
}

function digestOf(path: string): string {
  const opened = openModel(path);
  try {
    return digest(opened.model.source);
  } finally {
    opened.close();
  }
}
