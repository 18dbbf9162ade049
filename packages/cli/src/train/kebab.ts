/** The name of an option as people give it. @example kebab('weightDecay') // 'weight-decay' */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
