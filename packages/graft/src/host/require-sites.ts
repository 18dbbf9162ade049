import { GraftError } from '@pip-graft/onnx-graft';
import { alreadyGrafted, stampKey } from '@pip-graft/pip-core';
import type { Host } from './host.ts';

/** How many rejected candidates a message names. */
const listed = 5;

/** Refuses a host without skip connections, with the reasons. Errors: `ALREADY_GRAFTED`, `NO_SITES`, `UNSUPPORTED_LAYOUT`. */
export function requireSites({ model, located }: Host): void {
  const { label } = model.source;
  if (model.metadata.has(stampKey)) throw new GraftError('ALREADY_GRAFTED', alreadyGrafted(label));
  if (located.sites.length > 0) return;
  const reasons = located.rejected
    .slice(0, listed)
    .map(({ value, reason }) => `'${value}': ${reason}`);
  const more =
    located.rejected.length > listed ? `; and ${located.rejected.length - listed} more` : '';
  if (located.image?.layout === 'NHWC') {
    throw new GraftError('UNSUPPORTED_LAYOUT', `${label}: ${reasons[0] ?? 'its images are NHWC'}.`);
  }
  const why = reasons.length > 0 ? ` Looked at: ${reasons.join('; ')}${more}.` : '';
  throw new GraftError(
    'NO_SITES',
    `${label}: no skip connection was found, so there is nothing to graft onto.${why}`,
  );
}
