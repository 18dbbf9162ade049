/** Nothing is shown before this long: quick work stays quiet. */
const quietMs = 1000;
const redrawMs = 100;
/** Between plain lines where a line cannot be drawn over. */
const lineMs = 5000;
const barWidth = 24;

export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A progress bar on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #screen: Screen;
  readonly #now: () => number;
  #label = '';
  #start = 0;
  #last = -Infinity;
  #drawn = false;

  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
  }

  show(label: string, done: number, total: number): void {
    const now = this.#now();
    if (label !== this.#label) {
      this.#label = label;
      this.#start = now;
    }
    const every = this.#screen.isTTY ? redrawMs : lineMs;
    if (now - this.#start < quietMs || (now - this.#last < every && done < total)) return;
    this.#last = now;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const percent = ` ${Math.floor(share * 100)}%`.padStart(5);
    if (this.#screen.isTTY) {
      const full = Math.round(share * barWidth);
      this.#screen.write(
        `\r${label} ${'█'.repeat(full)}${'░'.repeat(barWidth - full)}${percent}\x1b[K`,
      );
      this.#drawn = true;
    } else this.#screen.write(`${label}${percent}\n`);
  }

  /** Takes the bar off the screen before other text. */
  clear(): void {
    if (this.#drawn) this.#screen.write('\r\x1b[K');
    this.#drawn = false;
  }
}
