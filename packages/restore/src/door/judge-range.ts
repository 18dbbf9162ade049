import { type Image, imageOf } from '@pip-graft/imaging';
import { type ImageRange, imageRanges } from '@pip-graft/onnx-graft';
import { rangeScale } from './door.ts';

/** How a model's output relates to the image it was made from: `output ≈ slope · image + shift`. */
export interface Relation {
  readonly slope: number;
  readonly shift: number;
  /** Correlation of the two, -1 to 1; 0 for a constant output. */
  readonly correlation: number;
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** Share of the output below 0. */
  readonly negative: number;
  /** Share of the output that clipping to 0 … 1 would change by more than 0.1. */
  readonly beyond: number;
}

/** Relates an output to an image, value by value. */
export function relationOf(image: Float32Array, output: Float32Array): Relation {
  const count = output.length;
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / count;
  const [x, y] = [mean(image), mean(output)];
  let [xx, xy, yy, negative, beyond] = [0, 0, 0, 0, 0];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < count; at++) {
    const value = output[at]!;
    const [a, b] = [image[at]! - x, value - y];
    xx += a * a;
    xy += a * b;
    yy += b * b;
    if (value < 0) negative++;
    if (value < -0.1 || value > 1.1) beyond++;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const slope = xx === 0 ? 0 : xy / xx;
  return {
    slope,
    shift: y - slope * x,
    correlation: xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy),
    least,
    most,
    mean: y,
    negative: negative / count,
    beyond: beyond / count,
  };
}

/** Returns the range of an output, from its relation to an image; undefined if no range fits. */
export function rangeOf({ slope, shift, correlation }: Relation): ImageRange | undefined {
  if (correlation < 0.7) return undefined;
  return imageRanges.find((range) => {
    const own = rangeScale(range);
    const ratio = slope / own.scale;
    // Only the shift identifies -1 to 1: 0 to 1 moved by a half is neither.
    const near = range === '-1..1' ? 0.2 : 0.4;
    return ratio > 0.4 && ratio < 2.5 && Math.abs(shift - own.shift) < near * own.scale;
  });
}

/** Whether an output is the image plus a number that fits no range: its input's range is right. */
export function isMoved({ slope, shift, correlation }: Relation): boolean {
  return correlation > 0.9 && slope > 0.6 && slope < 1.7 && Math.abs(shift) > 0.4;
}

/** Whether an output is the image itself. */
export function isCopy({ slope, shift, correlation }: Relation): boolean {
  return correlation > 0.9999 && Math.abs(slope - 1) < 1e-3 && Math.abs(shift) < 1e-3;
}

/**
 * Returns why an output cannot be an image of 0 to 1; undefined if it can. With `untrained`, values
 * far from an image pass: a network of random weights makes them.
 */
export function whyNoImage(
  relation: Relation,
  imageMean: number,
  { untrained = false }: { readonly untrained?: boolean } = {},
): string | undefined {
  const { slope, shift, correlation, least, most, mean, negative, beyond } = relation;
  const found = `on a natural image it spans ${short(least)} to ${short(most)}, with a correlation of ${short(correlation)} to the image`;
  if (least === most) return `it is ${short(least)} everywhere on a natural image`;
  const isAround0 = Math.abs(mean) < 0.2 * imageMean && negative > 0.15 && most - least < 1.5;
  if (isAround0 && correlation < 0.9) return `it looks like the residual alone: ${found}`;
  if (untrained) return undefined;
  if (correlation < 0.5 && most - least < 0.35) return `it shows nothing of the image: ${found}`;
  if (correlation > 0.8 && (slope < 0.25 || slope > 4 || Math.abs(shift) > 0.45))
    return `it is about ${short(slope)} times the image ${shift < 0 ? '-' : '+'} ${short(Math.abs(shift))}: ${found}`;
  if (beyond > 0.5 && (correlation < 0.3 || beyond > 0.8)) return found;
  return undefined;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

const side = 32;

// 32x32 pixels of `assets/chelsea.jpg`, one byte each of red, green and blue.
// Chelsea the cat, photographed by Stéfan van der Walt, CC0; see assets/README.md.
const bytes = `
l3FWlG5SiWFGimJFl25Pglk7dk0xjmNBj2JBkWhIh2FDlm9QlW1Pl2xLlGxOb0s1ckswglw9ck01glk7ckwzbEkyf1k+hmNG
lHBUiWVLkm5TjmtTj2lOnXtjkXBaj21RiWJDe1Q3dUwxeU4xh107iF07imA+jmZDlmpHn3hVontah19BiF5AkWhEkmlEglw8
bUUog10/ck82cU40c0wzhFo6m3JOnnpblnJZlnRcmHhehmVMlXNZjW1Wi2tWnHldkWxMlm9NjWRGflU5gVc1jmRCj2ZDlW1I
nnZTo3pTlGxIgls6dksth106dUwviF46g1k3e1M3eFAzdUwuckUlilw3k2pDlXBRmXZZmHVZmXdghGJLjWpQpoFol3Vcd1c9
k25RiGFDkmhFjmdFiV49kWZBl25Il25JonpZpH1bkWpHglk7ek0ugFAtek4wgVc3k2dEjGE6iloxlGQ5eUolgVIrf1UzgFs/
hF9BmXRWon9mlnNcmnVapYBjkm5Uck41nXdWmXJPjGVCiV89lWtFmW1KmW5Il2tFil49iV8+imA/e08xiV06fUonhFErlGY+
hlkziVoziFkyg1IqdkMailsyfFU2kGpRkGtPnXlcm3hcqIRum3dcmXVUgFxEcUsygVk7hV8+mnRRnHRQiWA7mW9KqH9boXlV
lmxKjmFBhlk2gFMre0omilkxhVUwf1EsjWA0h1szf1Erd0ooc0UgfkwmgVYyj2hIi2hMo4Bnh2FImHRclHFSn3xchF0+aEAi
imNCiWE9lGtHjWVBjmM/lmtHmG1Im3NOnnNRkWZFiVw9ilo3fU0pckQihlcxgVYzglg3fFI1YzsfgFIuflIwfVAvc0gnjmZD
lXBUm3hcon5li2dMoHxenHZVhlo0dEYkiGRDjWlGnXRSnndTmnBMmm9MonhWnHRPmW5Fl2tHjWA9jmA5m25Fhlk1g1UylmpH
kWRDm3JSkmxOaUAneUwqg1cyckkrg1o2k2xMimVFqIRnm3daqIRnnHNQfVApe0wjiGJBkm1Gm3FOnXVQoXtXo3xaqYJgroRi
m3BIkWU+l2xGkWVBl25KlmtKfFAzlG1PpH9hk2xPm3RXkGdEek4ojF0yil44mW9Mlm5PkGxOoXxion1jqIJnpHpTgVMqdkkn
mXFPnndTlGxJj2ZDp3xWrYJcondQonlWkWVClmpGroVitY5wsIxwnHdchmFFg1s+lnBRp4Jjkm5PgVg8aj8mcUQgiVo0m3JP
n3lYon1ioHtgpYBmoHpYqHxUgE0jdEUdn3lXrYhqon1djGZCnHBGpXhMpXdKoHZOnHJPo3hXtY9yvZl9uZV7qYNoiGJDlnBT
mnRQonpYrYdrooBlj2hMa0cvd0wqlm1GnXdWmHFVo35hpH9honhZoXRKd0gfdEMckWtJlm5KnHNMpntSoXVOondPqH1Ypn1c
p4Fjs41xrohurIhts49zqYVtnXlhqYRrnXdemHNZh2JGpoJlq4hpnHhblGlIlGhEpXxel3BVon5hrYhqpXxan25BdEIcbjwZ
lW1MpXpQnXJHoXdPq4Fcr4ZlsYlrsoptsotvsoxzq4VpqoZqs5B3r4tyqYZsrYpvrIdsrYluoX1ij2pMon5gp4Fip39goXpc
n3dZp4Fkq4RqqoFkoXZSnWxAgUshgUsepnxRnnFJoXVMpnpRpnpUrIFesohps4lpsotut5J5uJJ2u5R2roVjp35Zn3hWlm5O
kGZEkGhIoXpcoHpckGhMnndarohspYFlkW1SpH5jr4ZqroZqpHpXl2Q7dkAZekUcglUyhlYwl2pFo3dTpnxXtIpouI5rtYxq
vJR0uI5ronNKh1k1Yj0iXTwfZUMjXz4eUzQWTzEUWzcbZD4dglc0i107l2ZBqn1bpHthpn9lrYNjroRmqX9cmWY7ekMddD8Z
az0khVMwlWI0m2k+m2U6o3FFrH1UnW5LfEwvXSwQRBsGHgwAJxIDRSUIVTIMUC8MRi4LQioHRCcGRCYDOR4ANR0FPyILXTkg
mmtLrYFir4Zqs4doqn5boXFEi1Uohk4hn29JpHZQp3lOoGw9omo4o2o4nWk/jFg3ZjQhNxgPGw8GRSwSeU0ghFsodlYpdFUs
a00pWD8bRTUUHhYEIRcELCAHKBsGGhIDNx8PiFo5rH5dr4JmrH9coXBDlV4wlF8ynnFMt4tqs4diuoxjuIlevY1irX5Um2pH
cEIuLxkRPicRglQpj2Ywh2k2fWI0f2Q1dmE9XFQ6PD0yGx8fDRAMHBkLLSAIOigLLx8GLxgIf1AzrHxaq31conNQnmlConFM
mWpDqHxau5BtvI9rwJNuwJNqt4tjpHZUXTYlKBQKcEsjmXI3lnc+jnM9hWs0h2w/d2A/WVJISk1ZNDIzLC0qGhkRKyIQNCYJ
STELPiYHKxUEg1M0pXRUpXhdpHZZroFnmmxCr4VfwZd4uY5rwpd0wpVwu45mqXlYSikZOCENkGozoH9Dm35HkXg+h3A8lH9g
f29dNjU9MTVIOCcoIBsXFxYOMiwbQTQWSDMPXj4SOiIHLRYIilY2o3Vao3hhr4VvmmtDpHdRtotptotrvZJywJRwwJNrq31d
QiMUQikRj2kzmXY+kXM8i3I6inVDk4FheW1lFRIRAQIAQDU4OS0sEREMNC8eVkYpVT0WZUMUXTcOFQwAQyIQl2JFpHdgqX5q
onJEmmxDrIBas4lmu5JywZVywpZwsYNhSCkaQioPk240nXxBj3U9gmw3gW9AjX5hXFBGDQsKAwUDGBUUPjMyEQ4MOjMgXkov
YUggclQgb0cVJxcEFQoCcUEmpHJXqoBsm2k7qnxTp3tUp3xWtYxswZh4xpp1t4lkWTgjPiUQjWc0noBElHlAhm83gm4+eGxC
KikWAwMCCAkGDw4KIhwZExINRDokYk4uaVAnelwldU4eOSAIDQcBVS4aonJYqIBsjlsrmGg8n3FKoXZOs4lkto9xwJd0w5hw
fVY7LxcHdFQolng/jXM7h283e2kzaF8sNDUcBAUCCwsIGhYUCQkGHx8WU0kwX0wqbVYrelwne1IdOyMKEgsEORoMkGFHrIFu
lWM0jl0wlGQ5n3NIoHVNqYBhwJd5wZhxqH1YQSYSWDwXnHxBlX1ChnE3e2k0bGAtRkUkBwgECAkFBgcFBgcFLC0YTkIeY00h
cVoqh2guflYbLRsDFgwGMBQIglM7qoFtnGs9nm0+mmo/kmM4mGtDo3lUsYpsu5Btv5FqeFE0OiMKgV8sk3Q4gm41emUtdmMq
X1cqFBcMAAABCAkGLCsWSkAeXEYdaVMnfmcxkm4uakUWOiYfLx4cLhEFbUEsp39pg1EtilkylWc9jF45g1MsjV44o3tbuI9u
wZZvsYRbRysUSTEPj20yl35Di3c8hG0ud18nRjwXGxYHNzAXTT8cXUYcblUigWswlXs6hWEmRioQWkdQPysrKhADYDMgo3hh
fEkje0kkiVo0kGRCfE8xdUYlglYxoXdVtoxnv5NplGpGMR0IYEcfnXw9oIVGk3s9gmgqb08WW0ERV0IYYUshcFkmfmoxkXs6
lXIwWDgQPCokVD9GLBgTKBIFTyYTmGhRhVIsj1sthVQtils4flIzdUgoeEcgi1sxnXFJuIxowpVrk2lCPicNX0gck3M0n4M9
nIM8iW8vfWMrfGk0h3ZAj31AmoZDmHk6YkATMBwSVkJGQSsqJREFKhQJSB8PiVlBkWM/jl43f1Ash1UwnWw9hlgyj146jlox
glEpk2lHvpVzxppynm9EWjkZTTYSe14lmno0n4I4oYQ7oIVAmH0+noQ+i2swUDQSMR8WTTo/RTEzKRMLLBMJKRMLSCISiFc/
lWpJjWBAjF03iFs3j2NAj187gVUzkWZFc0Uodkcjjl84rYJev5JsuophbkgqPyQJRS8PVkAWbFAfaUwaXj8VTTMUKxkKHxQM
Kx0bNiQfJhILJxEJJxQKLRUMSiMVe0ctmm9OkWNAlGZAj2JAhlo9mGpDl2tDiF4+iV49eU0rilsykF8zondPu5BquIpeo3VL
cEkpPiMNKBYHIhQIHhILHhALJRYNLhkMMRgLOhoKRiETQiETPB4UPx0RTSMXcT4k
`;

/** Returns a small natural image that needs no decoder. */
export function naturalImage(): Image {
  const pixels = Uint8Array.from(atob(bytes.replaceAll('\n', '')), (char) => char.charCodeAt(0));
  const data = Float32Array.from(
    { length: pixels.length },
    (_, at) => pixels[3 * (at % (side * side)) + Math.floor(at / (side * side))]! / 255,
  );
  return imageOf(side, side, data);
}
