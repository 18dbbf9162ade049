import { cropImage, extendImage, type Image, imageOf } from '@pip-graft/imaging';
import { decodeImage } from '@pip-graft/restore';
import { Random } from '@pip-graft/weights';

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** An image at another size: mirrored if it is too small, otherwise cropped to its upper left part. */
export function fitted(image: Image, { width, height }: ImageSize): Image {
  return cropImage(extendImage(image, width, height), width, height);
}

/** Sides to try images of, in turn; networks that mirror their image inside fail on small ones. */
export const leastSides = [16, 32, 64, 128];

/**
 * Size of flat images, which look the same at any size: the smallest with two steps and `least`
 * pixels.
 */
export function flatSize(
  dims: readonly (number | string)[],
  multiple: number,
  { width }: ImageSize,
  least = leastSides[0]!,
): ImageSize {
  const side = Math.min(width, Math.max(2, Math.ceil(least / multiple)) * multiple);
  return fit(dims, { width: side, height: side });
}

/** A constant image, whose zero variance tests normalisation. */
export function flat({ width, height }: ImageSize, value: number): Image {
  return imageOf(width, height, new Float32Array(3 * width * height).fill(value));
}

/** An image of independent uniform noise, as unlike a natural image as possible. */
export function noise({ width, height }: ImageSize, seed: number): Image {
  const random = new Random(seed);
  return imageOf(
    width,
    height,
    Float32Array.from({ length: 3 * width * height }, () => random.uniform()),
  );
}

/**
 * Three sizes that fit a given size multiple: a square, one step wider, and several steps taller;
 * odd sizes if the multiple is 1. As small as they can be, because most checks run on them: 32 pixels
 * or `least`, and at least two steps up to 48, so that the deepest level has more than one pixel.
 */
export function imageSizes(multiple: number, least = 0): ImageSize[] {
  const pixels = Math.max(32, least);
  const steps = Math.max(Math.ceil(pixels / multiple), Math.min(2, Math.ceil(48 / multiple)));
  const side = steps * multiple;
  return [
    { width: side, height: side },
    { width: side + multiple, height: side },
    { width: side, height: side + 3 * multiple },
  ];
}

/** Sizes that an image input accepts: three, or the one fixed by its shape. Dims are (B,3,H,W); strings are free. */
export function sizesFor(
  dims: readonly (number | string)[],
  multiple: number,
  least = 0,
): readonly ImageSize[] {
  const fitting = imageSizes(multiple, least).map((size) => fit(dims, size));
  return [...new Map(fitting.map((size) => [`${size.width}x${size.height}`, size])).values()];
}

/** A size adjusted to the sides that an image input fixes. */
export function fit(dims: readonly (number | string)[], wanted: ImageSize): ImageSize {
  const [, , high, wide] = dims;
  return {
    width: typeof wide === 'number' ? wide : wanted.width,
    height: typeof high === 'number' ? high : wanted.height,
  };
}

// 96x96 pixels of `assets/chelsea.jpg` (from 90, 30; 224x224 scaled down), JPEG quality 80.
// Chelsea the cat, photographed by Stéfan van der Walt, CC0; see assets/README.md.
const jpeg = `
/9j/2wBDAAYGBgYHBgcICAcKCwoLCg8ODAwODxYQERAREBYiFRkVFRkVIh4kHhweJB42KiYmKjY+NDI0PkxERExfWl98fKf/
2wBDAQYGBgYHBgcICAcKCwoLCg8ODAwODxYQERAREBYiFRkVFRkVIh4kHhweJB42KiYmKjY+NDI0PkxERExfWl98fKf/wgAR
CABgAGADASIAAhEBAxEB/8QAHAAAAwEBAQEBAQAAAAAAAAAABAUGAwcBAAII/8QAGgEAAwEBAQEAAAAAAAAAAAAAAgMEAQAF
Bv/aAAwDAQACEAMQAAAAS6HEfP8Avy36dgbzJcxw3A1T4ExxNJ07GytlgZeT1dKzEpUHxlcHYW3K+vT3j45Ng31K1jzCwyi7
pqos7D6alYuscBTyn+huMdGqPZjh5KwLhfZY+uFzdzjcHxpVL4D0hxWCuRrqCZS+6ouc3qShqKdIpQUES99KPJtJUC3bTlIq
geCkoqXD4vdwQ1Q1zH5iCtnK3C+JoteiY0BU5FSwclWGzgvi2zF5GjHo4Zk4bvT/AP/EAB8QAAMBAQACAwEBAAAAAAAAAAID
BAEFBhIAERMVFP/aAAgBAQABBQAle5v0J0EX7fITEWngL+cwxv8AkrKE0zG4do2ijvxy/sS/oF7htepQZv8Agx7N5gqYmBia
7foOd43P+m9VO55NOOHVxEM3rRsYD2e6K62f49kTfgdfyXrJupq8hUEvmd62FXL1uXy8OORqlPOCMVGMak3UJxfdpDS+CAO3
mWBo2J2fzDzDoOm5XFEbHw0nzPJiDSADICk3DnqNhP7HlEMHQ3yzqqcqpTlfpWOVevYT0QhtQoOFxUV36+6IhfHQn6GMsxHT
p1XOcx39F0YnGHFnEltXV8FY/ePnoSXi/iej1+ckW+OdNX8xm+xfma19qnF8saeR/q4sNzrKuz+jgkDA2laRB/pq0EwOlOO/
OV6zbG4CyIBJfXWaekXTwSsobQer0QCdLPjuclnz+easEPXK5jZnRlFTeZUTA5TPYe24y6DG4S4EFUb+MXrDSLwwc3apqQCm
nQHn6wl+ShkYc7pgoud2p8xr1VXw5O95OwGc7toYWxdKZ3PrmZr8oHaLOhhSfj+rpI65fIOTfxrAa1zOdxcgk50voRYv6RJO
BPlWfz8tHW4O/GD6MTc0Pn9Y83yynbYPHOcrnqqpGnIvRK6NIjj51DfjBz7YO/ZZnxge2tlDdZJv2PN9yCFfri5latJU5Hyl
qzMwc//EADAQAAICAQMDAwIFAwUAAAAAAAECABEDEiExBEFREyJxI2EFMkJigRSR0TNScrHB/9oACAEBAAY/ANQyEqx0n3WD
/eFQpVxwaG3xU1ZGAKjavH+JkAUOfLbGgJke/wAq7qOQQ2qFMuME05QjwO0/FuhyBia+m3HuK2tfBhytgVHc4k0+NxZh6bAE
ZMKAPffUOIr6NI1aiPAjgGyRqceL4EXQdwYg2cVyOQZ7/poAK27/AMzOr4QcVmiUNf2riLeP6e5xurEjftvMpIP+lQ8+2epR
HYTomU0ji67ah3PxD0vpEgdUHVh3tiTPxYu5JbfGeKWtpkxFrC5Tztt2EJKnS4og/wDcORUst+WI7aMt77HSIvQdF0mEZGF6
mtqE1t1ePUOdKabhx5+lDqT7xWhiPImvpnJ1Cv3A+DEQ1qnq2usIdJ8FoubLsyZGNw51/UvNb1KUKVYBv58waUbyTNJJ24uL
jL7f5PEzFrHrdIPSP/HmOuLUHbMn1AaKxmKjbGqtXBfyJhwK5GLqFAdf3djBtMulKJbv44ED7XcUKSKHB4qemn1uooLQ4X5M
wtk6XC+F2C7swKmesFCsBuJQf3rvf/kxY/VTD1+Cnwv2b9vwZk6LrgOlzkDUmQ0D91Ms9Viyuuy4k3JMwZBpOQZdbMO3hQfA
mJ/92O9oO5B7mEEqNJM6vPiJ1kjGp8ao3SEE3nXIp8CdEjAa8vU4wg+DZiNbDyL2nOhgbajRBhexZBK3vY+fM9HrunXPiJ5Y
BtP8xsmPCoPNXMj9NiCKopV8mYkL/U06ahAPEygAHaYcaYzkd+oFIOSAIM39F1T5gK9IYzcH4p+KYhhRFI6fD2xiAYR7Qa1Q
jIrsRxRpounK5INizuPn7eYCSVB7AmhfG5gZdQs7sCO3kCN7iTV1/mHVkpmfi9zCbBmRmGxFGdKQdky7RFx4k1EcgXN2JUDZ
CdpYMBZNxL0gmE3a6e/YRgeW30jYQVZ7mO4xnWaBe+AImvftMig/puJiauSTcxkVuN/tAXUhew7GeyK3pfxREA9Ij4JjMgdl
H6QZh9Xpcw9TYMN9J+8fGvXeuQdxtajwYj5dhkNFuwP3lBHbsajOMmk8UYhx5FYbhqMyprDKtHzdy0FaZ6bciF1y/T763IhA
6gM48DiF1zgDtqF3/EQP06sp4J5mVm6VkYuAXQc1HwZsaurA2GmJelyA4XJ0AxcWNSzsa2j53KnqHWvAEZ2zpdcKBUOoD5qN
kUC/sZeQ6p9NRix3u1cn7eTB7WDneybb5MBDZb5Ju4QM2o3+oQEgQY1Wsy5FKEdjBmyk5M5H5jwAewmk4yw8XUo46Pk8waD8
Ht8HxAXFCW39oCRZr2jsIxO/n7mEH5M4NwWxgY2T5nvJnE0AEQMdzNp//8QAIhEAAgMBAAEDBQAAAAAAAAAAAQIAAxESIQQT
QSIxMlFh/9oACAECAQE/APJMxhGfGAmjJqkxR0eYpwM338eBKq1b0xsY+Ya9x9+Nli/SMnDHAoJitlgOzMilRqszhd3kR76y
q8jBmZGsGAb8ym7g+F3Vic9r+92e2Y2fMYj8dib7gETSBPT0MR1N0YRLBrbEq7fY9Sq64mn+GLXzZmStyhhAjUqTFQLCfEC6
/RmAmf/EACERAAICAgEEAwAAAAAAAAAAAAECABEDITEEEhNBEGFx/9oACAEDAQE/ABLU3FTRMo3KYRX7LMc6jZ38oURMlrX3
EOzC6rZYgRhaGod8w9PZsVFwutgm93cC+51GNmI3ACMRELAz8iAnccAKY+plyAGoRRsGJx6jZCgmMeRGJciubGo7grzde4wD
QGLkYQnulUeYzUtD4//Z
`;

/** A small natural image, bundled with this package. */
export function sampleImage(): Promise<Image> {
  return decodeImage(Buffer.from(jpeg, 'base64'), { label: 'sample image' });
}
