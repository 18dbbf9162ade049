/**
 * The colour map viridis (Nathaniel Smith and Stéfan van der Walt, CC0) at eleven equal steps. Its
 * lightness grows evenly, also in grey print and for colour-blind readers. Colours in between are
 * linear, as in a CSS gradient of the same steps, so that a legend matches the map exactly.
 */
export const viridisStops: readonly string[] = [
  '#440154',
  '#482576',
  '#414487',
  '#35608d',
  '#2a788e',
  '#21908c',
  '#22a884',
  '#43bf71',
  '#7ad151',
  '#bddf26',
  '#fde725',
];

const stops = viridisStops.map((stop) =>
  [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16) / 255),
);

/** Red, green and blue, 0 to 1, at a position of the map, clamped to 0 … 1. @example viridis(0) // dark violet */
export function viridis(at: number): [number, number, number] {
  const place = Math.min(1, Math.max(0, at)) * (stops.length - 1);
  const left = Math.min(Math.floor(place), stops.length - 2);
  const part = place - left;
  const channel = (index: number): number =>
    stops[left]![index]! * (1 - part) + stops[left + 1]![index]! * part;
  return [channel(0), channel(1), channel(2)];
}
