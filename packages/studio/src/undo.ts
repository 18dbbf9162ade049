import { byId } from './dom.ts';
import type { Settings, SettingsState } from './settings.ts';

/** Undo and redo of settings, by button and by key. */
export class Undo {
  readonly #history = new History<SettingsState>();
  readonly #settings: Settings;
  readonly #restore: () => void;

  /** @param restore called when undo or redo changed the settings */
  constructor(settings: Settings, restore: () => void) {
    this.#settings = settings;
    this.#restore = restore;
    byId('undo').addEventListener('click', () => this.#go('undo'));
    byId('redo').addEventListener('click', () => this.#go('redo'));
    document.addEventListener('keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key !== 'z' && key !== 'y') return;
      event.preventDefault();
      this.#go(key === 'y' || event.shiftKey ? 'redo' : 'undo');
    });
  }

  begin(): void {
    this.#history.begin(this.#settings.state);
    this.#show();
  }

  /** Remembers the current settings. */
  add(): void {
    this.#history.add(this.#settings.state);
    this.#show();
  }

  #go(direction: 'undo' | 'redo'): void {
    // A movement that is not remembered yet is what the user wants to undo.
    this.add();
    const state = this.#history[direction]();
    if (state === undefined) return;
    this.#settings.state = state;
    this.#show();
    this.#restore();
  }

  #show(): void {
    byId<HTMLButtonElement>('undo').disabled = !this.#history.canUndo;
    byId<HTMLButtonElement>('redo').disabled = !this.#history.canRedo;
  }
}

/** States for undo and redo. */
export class History<State> {
  #states: State[] = [];
  #at = -1;

  /** Forgets everything but a first state. */
  begin(state: State): void {
    this.#states = [state];
    this.#at = 0;
  }

  /** Adds a state after the present one, unless it is the same; forgets undone states. */
  add(state: State): void {
    if (this.#at >= 0 && JSON.stringify(state) === JSON.stringify(this.#states[this.#at])) return;
    this.#states = [...this.#states.slice(0, this.#at + 1), state];
    this.#at = this.#states.length - 1;
  }

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#states.length - 1;
  }

  /** Returns the previous state; undefined if there is none. */
  undo(): State | undefined {
    return this.canUndo ? this.#states[--this.#at] : undefined;
  }

  /** Returns the state that was undone last; undefined if there is none. */
  redo(): State | undefined {
    return this.canRedo ? this.#states[++this.#at] : undefined;
  }
}
