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
