/** Counters that profilers such as thop leave in every module, and names beside a network's modules. */
const counters = /(^|\.)(total_ops|total_params)$/;
const lone =
  /^(n_averaged|num_updates|num_batches_tracked|initted|decay|epoch|iter(ation)?|(global_)?steps?(_counter)?)$/;

/** Modules that training puts beside a network: losses, critics, measures, teachers, averages. */
const training =
  /loss|criteri|percep|vgg|lpips|dists|discrim|critic|metric|psnr|ssim|^fid|teacher|optim|sched|(^|_)ema($|_)|^net_?d$/i;

/** The element types that weights of a network have. */
const floats = /^(F16|BF16|F32|F64)$/;

/** Whether a tensor under a network's prefix is certainly not the network's own. */
export function isBeside(
  name: string,
  dtype: string | undefined,
  own: ReadonlySet<string>,
): boolean {
  if (counters.test(name)) return true;
  const [first = ''] = name.split('.', 1);
  if (own.has(first)) return false;
  return lone.test(name) || training.test(first) || (dtype !== undefined && !floats.test(dtype));
}
