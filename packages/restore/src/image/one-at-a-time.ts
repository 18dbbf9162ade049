let last: Promise<unknown> = Promise.resolve();

/**
 * Runs work with sharp after all such work that was passed earlier.
 *
 * libvips keeps one buffer of errors and one queue of warnings per process, and every run of sharp
 * empties both when it ends. Beside another run, even one that writes, a decoder would get that
 * one's reasons, or none for its own damage. The order costs little: a network takes longer.
 */
export function oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work);
  last = result.catch(() => {});
  return result;
}
