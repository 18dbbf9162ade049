import type { Adapter } from '../adapter/adapter.ts';
import { baseFit } from './base-fit.ts';
import type { Remarks } from './check-host.ts';
import type { PlanRequest } from './plan-request.ts';

/** Whether an adapter was made for this host. */
export function checkBase(
  adapter: Adapter,
  request: PlanRequest,
  { refusals, warnings }: Remarks,
): void {
  const { family, digest, options = {} } = request;
  const { base } = adapter;
  const fingerprint = request.fingerprint ?? null;
  const fit = baseFit(base, request);
  if (fit.fits === false) {
    const message = `adapter '${adapter.name}' was made for ${fit.madeFor}`;
    if (options.allowUnbound) warnings.push(message);
    else refusals.push({ code: 'ADAPTER_MISMATCH', message: `${message}.` });
  } else if (fit.fits === null) {
    warnings.push(
      `adapter '${adapter.name}' does not say for which ${family} it was made; that it fits is not known`,
    );
  }
  // The same structure with other weights: the graft runs, but it learned on something else.
  if (
    adapter.training !== null &&
    base.fingerprint !== null &&
    base.fingerprint === fingerprint &&
    base.digest !== null &&
    base.digest !== digest
  ) {
    warnings.push(
      `adapter '${adapter.name}' was trained on a file with the same structure but other bytes (${base.digest})`,
    );
  }
}
