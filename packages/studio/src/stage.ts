import { byId, listen } from './dom.ts';
import { fitScale, fitView, panView, type View, zoomView } from './view.ts';

/** The image before and after, both under one view, with a divider between them. */
export class Stage {
  readonly before = byId<HTMLCanvasElement>('before');
  readonly after = byId<HTMLCanvasElement>('after');
  readonly #stage = byId('stage');
  readonly #divider = byId<HTMLInputElement>('divider');
  #view: View = { scale: 1, x: 0, y: 0 };
  /** Whether the view follows the size of the window. */
  #fitted = true;

  constructor() {
    const stage = this.#stage;
    listen(stage, {
      pan: (dx, dy) => (this.#fitted ? this.#slide(dx) : this.#pan(dx, dy)),
      zoom: (factor, at) => this.#zoom(this.#view.scale * factor, at),
    });
    stage.addEventListener('dblclick', () => (this.#fitted ? this.#zoom(1) : this.fit()));
    stage.tabIndex = 0;
    stage.setAttribute('role', 'group');
    stage.setAttribute(
      'aria-label',
      'Image before and after: arrows move it, + and - zoom, 0 fits',
    );
    stage.addEventListener('keydown', (event) => this.#key(event));
    this.#listenToDivider();
    byId('smaller').addEventListener('click', () => this.#zoom(this.#view.scale / 1.5));
    byId('larger').addEventListener('click', () => this.#zoom(this.#view.scale * 1.5));
    byId('whole').addEventListener('click', () => this.#zoom(1));
    byId('fit').addEventListener('click', () => this.fit());
    new ResizeObserver(() => this.#resized()).observe(stage);
  }

  /** Shows a new image on both sides. */
  show(image: ImageBitmap): void {
    for (const canvas of [this.before, this.after]) {
      Object.assign(canvas, { width: image.width, height: image.height });
      canvas.getContext('2d')!.drawImage(image, 0, 0);
    }
    // What was chosen is hidden or moved now, and the keyboard would start again at the top.
    const chosenHere = byId('empty').contains(document.activeElement);
    this.#stage.hidden = false;
    byId('tools').hidden = false;
    byId('empty').hidden = true;
    byId('sample-place').append(byId('sample-box'));
    document.body.classList.remove('no-image');
    if (chosenHere) this.#stage.focus();
    this.fit();
  }

  /** Paints a part of the restored side. */
  paint(pixels: ImageData, x: number, y: number): void {
    this.after.getContext('2d')!.putImageData(pixels, x, y);
  }

  /** Paints the restored side with a reduced copy, until its parts arrive. */
  paintPreview(preview: HTMLCanvasElement): void {
    const { width, height } = this.after;
    this.after.getContext('2d')!.drawImage(preview, 0, 0, width, height);
  }

  /** The point of the image in the middle of the stage, in image pixels. */
  get centre(): { readonly x: number; readonly y: number } {
    const { width, height } = this.#size();
    const { scale, x, y } = this.#view;
    return { x: (width / 2 - x) / scale, y: (height / 2 - y) / scale };
  }

  fit(): void {
    this.#set(fitView(this.before, this.#size()), true);
  }

  #listenToDivider(): void {
    const divider = this.#divider;
    divider.step = 'any';
    divider.addEventListener('input', () => this.#divide(divider.valueAsNumber));
    divider.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.#divide(divider.valueAsNumber + step);
    });
    const edge = this.#stage.querySelector<HTMLElement>('.edge')!;
    edge.addEventListener('pointerdown', (event) => {
      event.stopPropagation();
      edge.setPointerCapture(event.pointerId);
    });
    edge.addEventListener('pointermove', (event) => {
      if (!edge.hasPointerCapture(event.pointerId)) return;
      event.stopPropagation();
      const { left, width } = this.#stage.getBoundingClientRect();
      this.#divide((100 * (event.clientX - left)) / width);
    });
    this.#divide(50);
  }

  /** Moves the divider to a share of the stage's width, in per cent. */
  #divide(share: number): void {
    this.#divider.value = String(share);
    const at = this.#divider.valueAsNumber;
    this.#stage.style.setProperty('--at', `${at}%`);
    this.#divider.setAttribute('aria-valuetext', `${Math.round(at)} % before, the rest after`);
  }

  /** An image that fits the stage cannot be moved, so a drag anywhere moves the divider. */
  #slide(dx: number): void {
    this.#divide(this.#divider.valueAsNumber + (100 * dx) / this.#size().width);
  }

  #pan(dx: number, dy: number): void {
    this.#set(panView(this.#view, dx, dy, this.before, this.#size()), this.#fitted);
  }

  #key(event: KeyboardEvent): void {
    const step = 60;
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [step, 0],
      ArrowRight: [-step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    const move = moves[event.key];
    if (move) this.#pan(...move);
    else if (event.key === '+' || event.key === '=') this.#zoom(this.#view.scale * 1.5);
    else if (event.key === '-') this.#zoom(this.#view.scale / 1.5);
    else if (event.key === '0') this.fit();
    else return;
    event.preventDefault();
  }

  #zoom(scale: number, at?: { readonly x: number; readonly y: number }): void {
    const size = this.#size();
    const middle = { x: size.width / 2, y: size.height / 2 };
    const view = zoomView(this.#view, scale, at ?? middle, this.before, size);
    this.#set(view, view.scale === fitScale(this.before, size));
  }

  #resized(): void {
    if (this.#fitted) this.fit();
    else this.#set(panView(this.#view, 0, 0, this.before, this.#size()), false);
  }

  #size(): { width: number; height: number } {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    return { width: Math.max(1, width), height: Math.max(1, height) };
  }

  #set(view: View, fitted: boolean): void {
    this.#view = view;
    this.#fitted = fitted;
    this.#stage.classList.toggle('fitted', fitted);
    for (const canvas of [this.before, this.after]) {
      canvas.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
      canvas.classList.toggle('pixels', view.scale >= 3);
    }
    byId('scale').textContent = `${Math.round(view.scale * 100)} %`;
  }
}
