import { listen } from './dom.ts';
import type { Region } from './view.ts';

interface PaneEvents {
  move(dx: number, dy: number): void;
  choose(): void;
  use(choice: string): void;
}

/** One of the four panes: a canvas above a choice of settings. */
export class Pane {
  readonly element = document.createElement('figure');
  readonly #frame = document.createElement('div');
  readonly #canvas = document.createElement('canvas');
  readonly #select = document.createElement('select');
  readonly #use = Object.assign(document.createElement('button'), { type: 'button' });
  #wanted: string;

  constructor(choice: string, at: number, { move, choose, use }: PaneEvents) {
    this.#wanted = choice;
    this.#select.ariaLabel = `Setting of part ${at + 1}`;
    this.#use.textContent = 'Use';
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.ariaLabel = choice;
    this.#frame.className = 'frame';
    this.#frame.tabIndex = 0;
    this.#frame.setAttribute('role', 'group');
    this.#frame.ariaLabel = `Part ${at + 1}: arrows move all four`;
    this.#frame.append(this.#canvas);
    const caption = document.createElement('figcaption');
    caption.append(this.#select, this.#use);
    this.element.append(this.#frame, caption);
    listen(this.#frame, { pan: move, zoom: () => {} });
    this.#frame.addEventListener('keydown', (event) => {
      const step = {
        ArrowLeft: [60, 0],
        ArrowRight: [-60, 0],
        ArrowUp: [0, 60],
        ArrowDown: [0, -60],
      }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      move(step[0]!, step[1]!);
    });
    this.#select.addEventListener('change', () => {
      this.#wanted = this.choice;
      choose();
    });
    this.#use.addEventListener('click', () => use(this.choice));
  }

  get choice(): string {
    return this.#select.value;
  }

  get size(): { width: number; height: number } {
    return { width: this.#frame.clientWidth, height: this.#frame.clientHeight };
  }

  /** Offers settings; keeps the chosen one if it is still there. */
  offer(choices: readonly string[]): void {
    this.#select.replaceChildren(...choices.map((choice) => new Option(choice, choice)));
    this.#select.value = choices.includes(this.#wanted) ? this.#wanted : choices[0]!;
    this.#use.ariaLabel = `Use: ${this.choice}`;
    this.#use.hidden = ['Original', 'As set'].includes(this.choice);
    this.#canvas.ariaLabel = this.choice;
  }

  /** Shows a part of the original image, until it is restored. */
  begin(image: HTMLCanvasElement, { x, y, width, height }: Region): void {
    Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext('2d')!.drawImage(image, -x, -y);
    this.#frame.ariaBusy = 'true';
  }

  pixels(width: number, height: number): ImageData {
    return this.#canvas.getContext('2d')!.getImageData(0, 0, width, height);
  }

  paint(pixels: ImageData): void {
    this.#canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  }

  end(): void {
    this.#frame.ariaBusy = 'false';
  }
}
