// What the restorer is made with: arguments of `graft train`. One thread: the other core makes nothing faster
// that one core cannot wait for, and figures stay comparable.
const pace = ['--threads', '1', '--workers', '1', '--save-every', '250'];
const labels = 'noise+rain+haze+blur+low-light';

/** Shares of patches that teach what weights mean, and to leave alone what is clean. */
const shares = [
  ...['--clean', '0.08', '--off', '0.06', '--partial', '0.06', '--mixed', '0.04'],
  ...['--label-shares', 'noise=3,rain=3,haze=2,blur=2,low-light=2'],
];

export const preset = 'unet-medium';
export const seed = 1;

export const recipe = {
  /** Host and prompts together, each label heard alike. */
  pair: [
    ...[
      '--params',
      'all',
      '--adapter',
      `init:mode=convgate,labels=${labels},prompt-channels=16+32`,
    ],
    ...['--steps', '4500', '--batch', '8', '--patch', '64'],
    ...['--loss', 'psnr', '--rate', '1e-3', '--warmup', '100', '--average', '0.998'],
    ...['--betas', '0.9,0.99', '--weight-decay', '1e-4', '--seed', `${seed}`],
    ...shares,
    ...pace,
  ],
  /** What tells degradations apart, for blind mode. */
  sensor: ['--steps', '6000', '--seed', '0', ...pace],
};
