import type { Session } from '@pip-graft/runtime/session';
import type { ModelSettings } from '../steer/settings-of.ts';
import type { DoorOptions } from './door.ts';
import { openDoor } from './open-door.ts';

/**
 * A model's session as one of planar RGB from 0 to 1; the session is released if that fails.
 *
 * Errors: those of {@link openDoor}.
 *
 * @example const session = await behindDoor(await createSession(path), settingsOf(model));
 */
export async function behindDoor(
  session: Session,
  { door, steering, restore }: Pick<ModelSettings, 'door' | 'steering' | 'restore'>,
  options: DoorOptions = {},
): Promise<Session> {
  try {
    const { sizeMultiple } = restore;
    return (await openDoor(session, door, { ...options, sizeMultiple, steering })).session;
  } catch (error) {
    await session.release();
    throw error;
  }
}
