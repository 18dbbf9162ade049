import { type Degradation, degradations, degrade, imageOf } from '@pip-graft/imaging';
import address from 'studio-sample.jpg';

/** Names of the samples. */
const names: Readonly<Record<Degradation, string>> = {
  noise: 'Noise',
  rain: 'Rain',
  haze: 'Haze',
  blur: 'Blur',
  'low-light': 'Low light',
};

export interface Sample {
  readonly name: string;
  readonly file: string;
  readonly canvas: HTMLCanvasElement;
}

/**
 * Draws one clean photograph with each degradation, and unchanged; done here, so that one small
 * file is enough.
 */
export async function drawSamples(): Promise<Sample[]> {
  const bitmap = await createImageBitmap(await (await fetch(address)).blob());
  const { width, height } = bitmap;
  const clean = newCanvas(width, height);
  const context = clean.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  const drawn = degradations.map((degradation) => {
    const canvas = newCanvas(width, height);
    canvas.getContext('2d')!.putImageData(degraded(pixels, degradation), 0, 0);
    return { name: names[degradation], file: `${degradation}.png`, canvas };
  });
  return [...drawn, { name: 'Clean', file: 'clean.png', canvas: clean }];
}

function newCanvas(width: number, height: number): HTMLCanvasElement {
  return Object.assign(document.createElement('canvas'), { width, height });
}

function degraded({ data, width, height }: ImageData, degradation: Degradation): ImageData {
  const size = width * height;
  const planes = Float32Array.from(
    { length: 3 * size },
    (_, at) => data[4 * (at % size) + Math.floor(at / size)]! / 255,
  );
  const made = degrade(imageOf(width, height, planes), degradation, 7).data;
  const out = new ImageData(width, height);
  for (let at = 0; at < size; at++) {
    for (let plane = 0; plane < 3; plane++)
      out.data[4 * at + plane] = made[plane * size + at]! * 255;
    out.data[4 * at + 3] = 255;
  }
  return out;
}
