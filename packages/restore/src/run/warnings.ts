/** Largest usual strength; few adapters were ever tested beyond it. */
const most = 1.5;

/** Returns what to tell about a strength outside 0 to 1.5, after its name and value. */
export function strengthWarning(strength: number | undefined): string | undefined {
  if (strength === undefined || (strength >= 0 && strength <= most)) return undefined;
  return `adapters are trained at 1; outside 0 to ${most} results may be unusable.`;
}

/** Share of clipped values from which a warning says so. */
const noticed = 0.02;

/**
 * Returns what to tell about a result of which a share was clipped.
 *
 * @param range how the caller sets the model's range
 */
export function clipWarning(share: number, range: string): string | undefined {
  if (share <= noticed) return undefined;
  return `${Math.round(100 * share)}% of the result was outside the range of images and is clipped; if the model's values have another range, pass it ${range}`;
}
