import { vi } from 'vitest';

/** What the studio's files set on an element. */
export interface FakeElement {
  hidden: boolean;
  textContent: string;
  [name: string]: unknown;
}

/** Stands in for `document`: elements by id, and events. End it with `vi.unstubAllGlobals()`. */
export class FakePage {
  readonly #elements = new Map<string, FakeElement>();
  readonly #listeners = new Map<string, (event: unknown) => void>();

  constructor() {
    vi.stubGlobal('document', {
      getElementById: (id: string) => this.byId(id),
      addEventListener: (type: string, listener: (event: unknown) => void) =>
        this.#listeners.set(type, listener),
      body: { classList: { add() {}, remove() {} } },
    });
  }

  byId(id: string): FakeElement {
    const nothing = (): void => {};
    const methods = {
      addEventListener: nothing,
      removeAttribute: nothing,
      replaceChildren: nothing,
    };
    const element = this.#elements.get(id) ?? { hidden: false, textContent: '', ...methods };
    this.#elements.set(id, element);
    return element;
  }

  dispatch(type: string, event: unknown): void {
    this.#listeners.get(type)!(event);
  }
}
