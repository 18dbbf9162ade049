import { Option } from 'commander';

/** Chooses a network of a checkpoint that holds several. */
export function prefixOption(): Option {
  return new Option(
    '--prefix <path>',
    "path before the network's names, such as state_dict.student; default: that of the only network, or of its average (EMA)",
  );
}

export interface SitesOption {
  readonly sites?: string;
}

export function sitesOption(): Option {
  return new Option(
    '--sites <sites>',
    'graft these skip connections only: levels or names of values joined by commas, as 1,3; ^ before one leaves it out, as ^2',
  );
}
