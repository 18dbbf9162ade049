import { Option } from 'commander';

export interface SitesOption {
  readonly sites?: string;
}

export function sitesOption(): Option {
  return new Option(
    '--sites <sites>',
    'graft these skip connections only: levels or names of values joined by commas, as 1,3; ^ before one leaves it out, as ^2',
  );
}
