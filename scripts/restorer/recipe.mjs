// The arguments of `graft train` for the restorer. One thread: a second core gains too little, and
// figures stay comparable.
const pace = ['--threads', '1', '--workers', '1', '--save-every', '250'];
const labels = 'noise+rain+haze+blur+low-light';

/** Shares of patches that teach what weights mean, and to leave clean images unchanged. */
const shares = [
  ...['--clean', '0.1', '--flat', '0.1', '--off', '0.04', '--partial', '0.05', '--mixed', '0.04'],
  ...['--halved', '0.6'],
  ...['--label-shares', 'noise=8,rain=3,haze=10,blur=2,low-light=5'],
  ...['--degrade', 'haze.spread=0.1..1', '--degrade', 'haze.t=0.2..0.95'],
];

export const preset = 'unet-medium';
export const seed = 1;

export const recipe = {
  /** Host and prompts together; the PSNR loss makes every label count. */
  pair: [
    ...[
      '--params',
      'all',
      '--adapter',
      `init:mode=convgate,position=none,labels=${labels},prompt-channels=16+32`,
    ],
    // The shipped weights were trained in these stages, in twelve runs, each from the running mean of
    // the one before.
    // The first two runs (three stages) had no patches at half size, noise=3, and fewer flat ones. Up to
    // the fifth stage the basic prompt was a map; its mean over space began the vector of position none.
    // The run of 1,000 steps had haze=5 and began with the sums of the last convolution made equal over the
    // four positions of its pixel shuffle; the mean of the weights before and after it began the next
    // (two stages, with the shares below), and 0.3 of that mean with 0.7 of the run's began the seventh:
    // patches that show whole images, halved=0.45, whole=0.25, noise=9, rain=3, haze=8, blur=1, low-light=7,
    // low-light.read=0..3 and low-light.shot=0..6. 0.55 of its begin with 0.45 of its end began the eighth,
    // with the positions of each pixel shuffle on the way up set to their mean (decision 36): flat=0.15,
    // halved=0.45, whole=0.2, noise=10, rain=3, haze=6, blur=1, low-light=6. In training, pixels were
    // repeated on the way up. The ninth began with 0.35 of its begin and 0.65 of its end, and the sums of the last
    // convolution a quarter of the way to equal over the four positions of its pixel shuffle.
    // The ninth has the dark channel (decision 42), from zero, and only the clean photographs; its second stage
    // has the loss for detail (decision 43): clean=0.08, flat=0.1, off=0.03, halved=0.4, whole=0.35, noise=7, rain=4,
    // haze=11, blur=1, low-light=6, haze.t=0.12..0.95, haze.air=0.65..1, haze.spread=0.1..0.9, low-light.read=0..4,
    // low-light.shot=0..8. The next begins with 0.2 of its begin and 0.8 of its end, and the sums of the last
    // convolution a tenth of the way to equal.
    // The last three stages have the haze path (decision 44), which began as trained by itself
    // (pytorch-reference/train_haze_path.py), its mask and the decoder's gain and offset fitted to the label. The
    // first of them had the path without its surroundings, haze.t=0.08..0.95, haze.air=0.75..1 and rain=5; the second
    // began with its end and the path as it is, haze.air=0.5..1 and haze.sky=-1.2..0.6, and ended after 1,558 of
    // 2,000 steps at a black image, which the path made NaN; the third began with that. What ships is 0.45 of the begin of
    // the second and 0.55 of the end of the third, and the sums of the last convolution a tenth of the way to equal, and
    // for the features of flat regions farther (least squares): no pattern is left there.
    ...['--stage', 'steps=4500,batch=8,patch=64,rate=1e-3,end-rate=6e-4,warmup=100'],
    ...['--stage', 'steps=8000,batch=8,patch=64,rate=6e-4,end-rate=2e-4'],
    ...['--stage', 'steps=850,batch=3,patch=128,rate=2e-4,end-rate=1e-6'],
    ...['--stage', 'steps=5000,batch=8,patch=64,rate=8e-4,end-rate=3e-4,warmup=200'],
    ...['--stage', 'steps=1450,batch=3,patch=128,rate=3e-4,end-rate=1e-6'],
    ...['--stage', 'steps=2700,batch=8,patch=64,rate=6e-4,end-rate=2.5e-4,warmup=200'],
    ...['--stage', 'steps=1100,batch=3,patch=128,rate=2.5e-4,end-rate=1e-6'],
    ...['--stage', 'steps=1000,batch=3,patch=128,rate=3e-4,end-rate=1e-6,warmup=50'],
    ...['--stage', 'steps=3600,batch=3,patch=128,rate=4e-4,end-rate=1e-4,warmup=50'],
    ...['--stage', 'steps=700,batch=2,patch=192,rate=1e-4,end-rate=1e-6,warmup=10'],
    ...['--stage', 'steps=3900,batch=2,patch=192,rate=3e-4,end-rate=1e-6,warmup=50'],
    ...['--stage', 'steps=3980,batch=2,patch=192,rate=3e-4,end-rate=1e-6,warmup=50'],
    ...['--stage', 'steps=309,batch=2,patch=192,rate=3e-4,end-rate=3e-4,warmup=50'],
    ...[
      '--stage',
      'steps=2800,batch=2,patch=192,rate=3e-4,end-rate=1e-6,warmup=50,loss=psnr-detail',
    ],
    ...['--stage', 'steps=2600,batch=2,patch=192,rate=2e-4,end-rate=1e-6,warmup=50'],
    ...['--stage', 'steps=1558,batch=2,patch=192,rate=2e-4,end-rate=3e-5,warmup=50'],
    ...['--stage', 'steps=480,batch=2,patch=192,rate=6e-5,end-rate=1e-6,warmup=5'],
    ...['--loss', 'psnr', '--average', '0.998'],
    ...['--betas', '0.9,0.99', '--weight-decay', '1e-4', '--seed', `${seed}`],
    ...shares,
    ...pace,
  ],
  /**
   * The sensor that distinguishes degradations, for blind mode. What ships was trained for 4,000 steps
   * with all photographs as clean ones, and from there (--from) for 1,500 at --rate 1e-3 --seed 2 with
   * the photographs sorted.
   */
  sensor: ['--steps', '4000', '--batch', '8', '--patch', '224', '--seed', '1', ...pace],
  /**
   * Its thresholds: at most one of a hundred clean photographs of the test sets has a weight of a quarter
   * or more, and no label acts below a probability of 0.3.
   */
  sure: {
    from: 0.6,
    full: 0.9,
    labels: {
      noise: { from: 0.62, full: 0.92 },
      rain: { from: 0.3, full: 0.6 },
      haze: { from: 0.92, full: 0.99 },
      blur: { from: 0.5, full: 0.8 },
      'low-light': { from: 0.86, full: 0.99 },
    },
  },
};
