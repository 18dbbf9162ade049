/** XML that is safe to insert unchanged. Only {@link xml} makes it. */
export class Xml {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type XmlPart = Xml | string | number | readonly XmlPart[];

/** A template that escapes its insertions unless they are {@link Xml}. @example xml`<property value="${name}"/>` */
export function xml(strings: TemplateStringsArray, ...parts: readonly XmlPart[]): Xml {
  let text = strings[0]!;
  for (const [index, part] of parts.entries()) text += render(part) + strings[index + 1]!;
  return new Xml(text);
}

function render(part: XmlPart): string {
  if (part instanceof Xml) return part.text;
  if (Array.isArray(part)) return part.map(render).join('');
  // Escape tab, line feed and carriage return too: attributes would turn them into spaces.
  return String(part)
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(forbidden, '\uFFFD')
    .replace(/[&<>"'\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Characters outside the production Char of XML 1.0; lone surrogates are replaced earlier. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
const forbidden = /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;
