import type { Setting } from './settings.ts';

export interface Preset extends Setting {
  readonly name: string;
}

/** Mixtures that are frequent in images, for models that know all of their labels. */
const mixtures: readonly Preset[] = [
  { name: 'Night', weights: { 'low-light': 1, noise: 0.5 }, strength: 1 },
  { name: 'Rain and mist', weights: { rain: 1, haze: 0.4 }, strength: 1 },
  { name: 'Grain', weights: { noise: 0.4 }, strength: 0.7 },
];

/** Returns presets: a light touch of everything, each label alone, and common mixtures. */
export function presetsOf(labels: readonly string[]): Preset[] {
  if (labels.length === 0) return [];
  const share = 1 / labels.length;
  const light = Object.fromEntries(labels.map((label) => [label, share]));
  const known = mixtures.filter(({ weights }) =>
    Object.keys(weights).every((label) => labels.includes(label)),
  );
  const alone = labels.map((label) => ({ name: titled(label), weights: { [label]: 1 } }));
  return [
    { name: 'Light touch', weights: light, strength: 0.5 },
    ...alone.map((preset) => ({ ...preset, strength: 1 })),
    ...known,
  ].map((preset) => ({ ...preset, weights: filled(labels, preset.weights) }));
}

/** `low-light` as `Low light`. */
function titled(label: string): string {
  const text = label.replaceAll(/[-_]/g, ' ');
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function filled(
  labels: readonly string[],
  weights: Readonly<Record<string, number>>,
): Record<string, number> {
  // A label may be called `constructor`.
  const of = (label: string): number => (Object.hasOwn(weights, label) ? weights[label]! : 0);
  return Object.fromEntries(labels.map((label) => [label, of(label)]));
}
