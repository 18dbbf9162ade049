/** Where an image is on the stage: its scale and its upper left corner, in CSS pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const largest = 16;

/** Returns the scale at which an image just fits a stage; enlarges small images at most twofold. */
export function fitScale(image: Size, stage: Size): number {
  return Math.min(stage.width / image.width, stage.height / image.height, 2);
}

/** Returns the view of the whole image in the middle of the stage. */
export function fitView(image: Size, stage: Size): View {
  return centred({ scale: fitScale(image, stage), x: 0, y: 0 }, image, stage);
}

/** Changes the scale and keeps the image under a point in place. */
export function zoomView(
  view: View,
  scale: number,
  at: { readonly x: number; readonly y: number },
  image: Size,
  stage: Size,
): View {
  const next = Math.min(largest, Math.max(Math.min(1, fitScale(image, stage)), scale));
  const factor = next / view.scale;
  const moved = {
    scale: next,
    x: at.x - (at.x - view.x) * factor,
    y: at.y - (at.y - view.y) * factor,
  };
  return centred(moved, image, stage);
}

/** Moves an image; it cannot leave the stage. */
export function panView(view: View, dx: number, dy: number, image: Size, stage: Size): View {
  return centred({ ...view, x: view.x + dx, y: view.y + dy }, image, stage);
}

/** Centres a side that is shorter than the stage, and keeps the edges of a longer one at the stage's or beyond. */
function centred({ scale, x, y }: View, image: Size, stage: Size): View {
  const place = (at: number, side: number, room: number): number =>
    side <= room ? (room - side) / 2 : Math.min(0, Math.max(room - side, at));
  return {
    scale,
    x: place(x, image.width * scale, stage.width),
    y: place(y, image.height * scale, stage.height),
  };
}

/** A part of an image, in its pixels. */
export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

/** Longest side of a region: it is restored four times, so it must be small. */
const longest = 512;

/** Returns the part of an image around a point that fills a pane at 100 %, within the image. */
export function regionOf(
  image: Size,
  pane: Size,
  centre: { readonly x: number; readonly y: number },
): Region {
  const side = (of: number, room: number): number =>
    Math.max(1, Math.min(of, longest, Math.round(room)));
  const [width, height] = [side(image.width, pane.width), side(image.height, pane.height)];
  const start = (of: number, length: number, middle: number): number =>
    Math.round(Math.min(of - length, Math.max(0, middle - length / 2)));
  return {
    x: start(image.width, width, centre.x),
    y: start(image.height, height, centre.y),
    width,
    height,
  };
}
