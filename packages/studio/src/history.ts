/** States that a person can go back to and forward again. */
export class History<State> {
  #states: State[] = [];
  #at = -1;

  /** Forgets everything but a first state. */
  begin(state: State): void {
    this.#states = [state];
    this.#at = 0;
  }

  /** Adds a state after the present one, unless it is the same; what was undone is forgotten. */
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

  /** The state before; undefined if there is none. */
  undo(): State | undefined {
    return this.canUndo ? this.#states[--this.#at] : undefined;
  }

  /** The state that was undone last; undefined if there is none. */
  redo(): State | undefined {
    return this.canRedo ? this.#states[++this.#at] : undefined;
  }
}
