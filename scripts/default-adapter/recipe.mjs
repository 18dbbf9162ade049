// The arguments of `graft train` for the default backbone and its adapter: the paper's recipe
// unless changed here. One thread, because more do not make networks this small faster.
const pace = ['--threads', '1', '--workers', '1', '--save-every', '250'];

export const seed = 0;

export const recipe = {
  /** A denoiser for sigma 15, 25 and 50: all of its weights are learned. */
  host: [
    ...['--adapter', 'none', '--params', 'all', '--labels', 'noise'],
    ...['--steps', '5000', '--batch', '8', '--patch', '64'],
    ...['--loss', 'charbonnier', '--rate', '1e-3', '--warmup', '200'],
    ...['--seed', `${seed}`, ...pace],
  ],
  /** On that denoiser, which stays as it is: five degradations. */
  adapter: [
    ...['--adapter', 'init:mode=pip_cross_topm,prompt-channels=16+32+48'],
    ...['--steps', '3500', '--batch', '8', '--patch', '64'],
    ...['--loss', 'charbonnier', '--rate', '1e-3', '--warmup', '200', '--average', '0.999'],
    ...['--seed', `${seed}`, ...pace],
  ],
  /** The sensor that distinguishes the five, for blind mode. */
  sensor: ['--steps', '3600', '--seed', `${seed}`, ...pace],
};
