/** Word prefixes in folder names that indicate a degradation, benchmark names included. */
const words: readonly (readonly string[])[] = [
  ['nois'],
  ['rain'],
  ['haz', 'fog', 'sots'],
  ['blur', 'gopro'],
  ['lowlight', 'dark', 'enhanc', 'lol'],
];

/**
 * The label that a task's name indicates: a word that begins with the label (`denoise25` for
 * `noise25`), otherwise a known word for the same degradation (`sots-indoor` for `haze`). The last
 * folder that indicates a label wins. Undefined if no label fits, or several do.
 *
 * @example matchLabel('derain/rain100l', ['noise', 'rain']) // 'rain'
 */
export function matchLabel(task: string, labels: readonly string[]): string | undefined {
  for (const folder of task.split('/').reverse()) {
    const parts = wordsOf(folder);
    const named = labels.filter((label) => parts.some((part) => begins(part, plain(label))));
    // Prefer the longer of noise and noise25: it is more specific.
    const longest = Math.max(0, ...named.map((label) => plain(label).length));
    const exact = named.filter((label) => plain(label).length === longest);
    if (exact.length > 0) return exact.length === 1 ? exact[0] : undefined;
    const meant = words.filter((group) => parts.some((part) => isOf(part, group)));
    const akin = labels.filter((label) => meant.some((group) => isOf(plain(label), group)));
    if (akin.length > 0) return akin.length === 1 ? akin[0] : undefined;
  }
  return undefined;
}

function isOf(word: string, group: readonly string[]): boolean {
  return group.some((beginning) => begins(word, beginning));
}

/** `derain` and `rain100l` begin with rain. */
function begins(word: string, beginning: string): boolean {
  return word.startsWith(beginning) || word.startsWith(`de${beginning}`);
}

/** Words of a folder's name: `Low-Light_v2` gives lowlight and v2. The rain inside train is not a word. */
function wordsOf(folder: string): string[] {
  return folder
    .toLowerCase()
    .replace(/low[-_ ]?light/g, 'lowlight')
    .split(/[^\p{L}\p{N}]+/u);
}

function plain(label: string): string {
  return label.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
