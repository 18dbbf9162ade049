/// <reference lib="dom" />
/** A text whose colour is too close to its background. */
export interface FaintText {
  readonly text: string;
  readonly ratio: number;
  readonly colours: string;
}

/**
 * Runs in the page: contrast of every visible text against the nearest opaque background, as
 * defined by WCAG 2. Returns how many texts it checked and those below `least`.
 */
export function faintTexts(least: number): { looked: number; faint: FaintText[] } {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  // The canvas reads every notation that CSS computes, color(srgb …) too.
  const rgba = (colour: string): number[] => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour: readonly number[]): number => {
    const [red, green, blue] = colour
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const behind = (element: Element): string => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (rgba(backgroundColor)[3] === 255) return backgroundColor;
    }
    return 'white';
  };
  const plateOf = (text: Element): Element | null => {
    let at: Element | null = text;
    while (at !== null && !at.matches('rect,circle')) at = at.previousElementSibling;
    return at;
  };
  const faint: FaintText[] = [];
  let looked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement!;
    const text = node.textContent!.trim();
    if (text === '' || element.closest('script,style') || element.getClientRects().length === 0)
      continue;
    const drawn = element.closest('svg');
    const style = getComputedStyle(element);
    const colour = drawn ? style.fill : style.color;
    const plate = drawn ? plateOf(element) : null;
    const ground = plate ? getComputedStyle(plate).fill : behind(drawn ?? element);
    const [light, dark] = [luminance(rgba(colour)), luminance(rgba(ground))].sort((a, b) => b - a);
    const ratio = (light! + 0.05) / (dark! + 0.05);
    looked++;
    if (ratio < least) faint.push({ text, ratio, colours: `${colour} on ${ground}` });
  }
  return { looked, faint };
}
