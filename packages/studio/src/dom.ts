/** Returns an element of the page by its id. */
export function byId<Element extends HTMLElement>(id: string): Element {
  return document.getElementById(id) as Element;
}

export interface Gestures {
  /** Called when one finger or the mouse moves. */
  pan(dx: number, dy: number): void;
  /** Called for two fingers or the wheel: scale by a factor around a point of the element. */
  zoom(factor: number, at: { readonly x: number; readonly y: number }): void;
}

/** Turns mouse, touch and wheel on an element into pan and zoom. */
export function listen(element: HTMLElement, gestures: Gestures): void {
  const fingers = new Map<number, { x: number; y: number }>();
  const place = (event: MouseEvent): { x: number; y: number } => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
  });
  element.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (before === undefined) return;
    const now = place(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other === undefined) gestures.pan(now.x - before.x, now.y - before.y);
    else {
      const apart = (point: { x: number; y: number }) =>
        Math.hypot(point.x - other.x, point.y - other.y);
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      gestures.zoom(apart(now) / Math.max(1, apart(before)), middle);
      gestures.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    }
    fingers.set(event.pointerId, now);
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      gestures.zoom(Math.exp(-event.deltaY / 400), place(event));
    },
    { passive: false },
  );
}
