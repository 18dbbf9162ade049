import type { Model } from '@pip-graft/onnx-graft';
import type { Session, SessionOptions } from '@pip-graft/runtime';
import { createSession } from '@pip-graft/runtime';

/**
 * Opens sessions on demand and keeps at most two, a host and its graft: reloading is cheaper than
 * keeping every variant of a large model in memory.
 */
export class SessionPool {
  readonly #open = new Map<string, Session>();
  readonly #capacity: number;

  constructor(capacity = 2) {
    this.#capacity = capacity;
  }

  /** The session for a key. Opens it if needed and releases the least recently used one. */
  async get(key: string, model: () => string | Model, options: SessionOptions): Promise<Session> {
    const found = this.#open.get(key);
    if (found !== undefined) {
      this.#open.delete(key);
      this.#open.set(key, found);
      return found;
    }
    const [oldest] = this.#open;
    if (oldest !== undefined && this.#open.size >= this.#capacity) {
      this.#open.delete(oldest[0]);
      await oldest[1].release();
    }
    const session = await createSession(model(), options);
    this.#open.set(key, session);
    return session;
  }

  async release(): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    for (const session of sessions) await session.release();
  }
}
