import { type Image, mapImage } from '../image/image.ts';

/** Applies a straight camera shake of `length` pixels at `angle` degrees; edges are repeated. */
export function addMotionBlur(image: Image, length: number, angle: number): Image {
  const taps = Math.max(1, 2 * Math.ceil(length) - 1);
  const [dx, dy] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const offsets = Array.from({ length: taps }, (_, tap) =>
    taps === 1 ? 0 : (tap / (taps - 1) - 0.5) * (length - 1),
  );
  return mapImage(image, (_value, plane, x, y) => {
    let sum = 0;
    for (const offset of offsets) sum += sampled(image, plane, x + offset * dx, y + offset * dy);
    return sum / taps;
  });
}

/** Interpolates between the four nearest pixels. */
function sampled({ data, width, height }: Image, plane: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const at = (column: number, row: number): number =>
    data[
      (plane * height + Math.min(height - 1, Math.max(0, row))) * width +
        Math.min(width - 1, Math.max(0, column))
    ]!;
  const [u, v] = [x - left, y - top];
  return (
    (at(left, top) * (1 - u) + at(left + 1, top) * u) * (1 - v) +
    (at(left, top + 1) * (1 - u) + at(left + 1, top + 1) * u) * v
  );
}
