import type { Model } from '@pip-graft/onnx-graft';
import type { Session, SessionOptions } from '@pip-graft/runtime';
import { createSession, SharedWorker } from '@pip-graft/runtime';

/**
 * Opens sessions on demand and keeps at most two, a host and its graft: reloading is cheaper than
 * keeping every variant of a large model in memory. On the CPU a session takes over the process of
 * one that was released, because starting a process takes longer than most runs.
 */
export class SessionPool {
  readonly #open = new Map<string, Session>();
  /** Processes without a session, by label and environment. */
  readonly #idle = new Map<string, SharedWorker[]>();
  readonly #capacity: number;

  constructor(capacity = 2) {
    this.#capacity = capacity;
  }

  /** Returns the session for a key. Opens it if needed and releases the least recently used one. */
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
    const session = await this.#load(model(), options);
    this.#open.set(key, session);
    return session;
  }

  /** Releases all sessions and ends all processes. */
  async release(): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    for (const session of sessions) await session.release();
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const worker of idle) await worker.close();
  }

  async #load(model: string | Model, options: SessionOptions): Promise<Session> {
    const { device = 'cpu', label = 'model', isolation } = options;
    if (device !== 'cpu' || isolation === undefined) return createSession(model, options);
    const start = JSON.stringify([label, isolation.env]);
    const idle = this.#idle.get(start) ?? [];
    this.#idle.set(start, idle);
    const shared = idle.pop() ?? new SharedWorker(label, isolation);
    try {
      const session = await createSession(model, { ...options, shared });
      const release = async (): Promise<void> => {
        await session.release();
        idle.push(shared);
      };
      return { ...session, release };
    } catch (error) {
      await shared.close();
      throw error;
    }
  }
}
