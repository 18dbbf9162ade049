// The authors' checkpoints prefix a level's two parts, each with the level's number in it; here a
// level has one prefix. Source: spec pip.md section 5.

const parts = [
  { theirs: /^prompt(\d+)\./, ours: 'prompt' },
  { theirs: /^low_prompt_interaction_level(\d+)\./, ours: 'interaction' },
] as const;

/** A level and a parameter's name within it, for a name of an authors' checkpoint; undefined for the host's. */
export function fromCheckpointName(name: string): { level: number; name: string } | undefined {
  for (const { theirs, ours } of parts) {
    const match = theirs.exec(name);
    if (match) {
      return { level: Number(match[1]), name: `${ours}.${name.slice(match[0].length)}` };
    }
  }
  return undefined;
}

/** The name that the authors' checkpoints have for a parameter of a level. */
export function toCheckpointName(level: number, name: string): string {
  return name
    .replace(/^prompt\./, `prompt${level}.`)
    .replace(/^interaction\./, `low_prompt_interaction_level${level}.`);
}
