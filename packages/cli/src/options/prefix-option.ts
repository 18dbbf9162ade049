import { Option } from 'commander';

/** Chooses a network of a checkpoint that holds several. */
export function prefixOption(): Option {
  return new Option(
    '--prefix <path>',
    "path before the network's names, such as state_dict.student; default: that of the only network, or of its average (EMA)",
  );
}
