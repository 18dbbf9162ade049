import { oneLine } from '@pip-graft/report/text';

/** Time before anything is shown: quick work stays quiet. */
const quietMs = 1000;
const redrawMs = 100;
/** Time between plain lines, if a line cannot be overwritten. */
const lineMs = 5000;
/** Longest silence, if a line cannot be overwritten: CI kills jobs without output. */
const silentMs = 10_000;
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
  #start: number;
  #from = 0;
  #last = -Infinity;
  readonly #begun: number;
  /** Last text that was shown, without a line end. */
  #shown = 'working';
  #written: number;
  #drawn = false;

  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
    this.#begun = now();
    this.#start = this.#begun;
    this.#written = this.#begun;
  }

  /**
   * @param unit what is counted, such as "images"; adds the count and the time left
   * @param detail further text at the end of the line
   */
  show(label: string, done: number, total: number, unit?: string, detail?: string): void {
    const now = this.#now();
    if (label !== this.#label) {
      this.#label = label;
      this.#start = now;
      // A resumed run does not begin at 0; estimate the rest only from the work done here.
      this.#from = done;
    }
    const every = this.#screen.isTTY ? redrawMs : lineMs;
    if (now - this.#start < quietMs || (now - this.#last < every && done < total)) return;
    this.#last = now;
    const name = oneLine(label);
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const percent = ` ${Math.floor(share * 100)}%`.padStart(5);
    const count = unit === undefined ? '' : this.#count(done, total, unit);
    const rest = detail === undefined ? count : `${count}  ${oneLine(detail)}`;
    if (this.#screen.isTTY) {
      const full = Math.round(share * barWidth);
      this.#screen.write(
        `\r${name} ${'█'.repeat(full)}${'░'.repeat(barWidth - full)}${percent}${rest}\x1b[K`,
      );
      this.#drawn = true;
    } else {
      this.#shown = `${name}${percent}${rest}`;
      this.#line(this.#shown);
    }
  }

  /** Shows that work goes on after a long silence; call it every few seconds. */
  beat(): void {
    const now = this.#now();
    if (this.#screen.isTTY || now - this.#written < silentMs) return;
    this.#line(`${this.#shown}, ${timeText(now - this.#begun)} so far`);
  }

  #line(text: string): void {
    this.#written = this.#now();
    this.#screen.write(`${text}\n`);
  }

  #count(done: number, total: number, unit: string): string {
    const count = `  ${Math.floor(done)} of ${total} ${unit}`;
    if (done <= this.#from || done >= total) return count;
    const left = ((this.#now() - this.#start) * (total - done)) / (done - this.#from);
    return `${count}, ${timeText(left)} left`;
  }

  /** Clears the bar before other text. */
  clear(): void {
    if (this.#drawn) this.#screen.write('\r\x1b[K');
    this.#drawn = false;
  }
}

/** Formats milliseconds as "8 s", "3 min 20 s" or "2 h 5 min", without false precision. */
function timeText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
