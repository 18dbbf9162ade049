import type { Session } from '@pip-graft/runtime/session';
import type { ModelSettings } from '../steer/settings-of.ts';
import type { DoorOptions } from './door.ts';
import { type OpenedDoor, openDoor } from './open-door.ts';

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
