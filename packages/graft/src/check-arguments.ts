import { argument, GraftError, shownRanges } from '@pip-graft/onnx-graft';
import { inputKinds } from '@pip-graft/pip-core';

/** Rejects what is not a host. Errors: `INVALID_ARGUMENT`. */
export function requireHost(host: unknown, place: string): void {
  argument.requireKind(host, {
    member: 'located',
    place,
    takes: 'a host, which `openHost` returns,',
  });
}

/** Rejects what is not an adapter. Errors: `INVALID_ARGUMENT`. */
export function requireAdapters(adapters: readonly unknown[], place: string): void {
  const takes = 'adapters, which `openAdapter` returns,';
  for (const adapter of adapters) argument.requireKind(adapter, { member: 'base', place, takes });
}

/** Options whose types nobody has checked. */
interface UncheckedOptions {
  readonly sites?: unknown;
  readonly range?: unknown;
  readonly feeds?: unknown;
  readonly inputs?: unknown;
  readonly bake?: unknown;
}

/**
 * Rejects options that would be written into a stamp, or ignored, and fail when the model is used.
 * Errors: `INVALID_ARGUMENT`.
 */
export function requireOptions(
  { sites, range, feeds, inputs, bake }: UncheckedOptions,
  place: string,
): void {
  if (sites !== undefined && typeof sites !== 'string') {
    const given = argument.describe(sites);
    throw wrong(place, `sites: ${given} was passed; pass text such as '1,3'.`);
  }
  argument.requireChoice(range, { place: `${place}: range`, choices: shownRanges });
  argument.requireChoice(inputs, { place: `${place}: inputs`, choices: inputKinds });
  if (feeds !== undefined) {
    if (typeof feeds !== 'object' || feeds === null) {
      const given = argument.describe(feeds);
      throw wrong(
        place,
        `feeds: ${given} was passed; pass numbers by input, such as { sigma: 25 }.`,
      );
    }
    for (const [input, value] of Object.entries(feeds)) {
      if (Number.isFinite(value)) continue;
      throw wrong(
        place,
        `feeds: '${String(value)}' for '${input}' is not a finite number; pass one such as 25.`,
      );
    }
  }
  if (bake === undefined) return;
  const takes = 'the weights to fix as { weights: { rain: 1 } }';
  argument.requireKind(bake, { member: 'weights', place: `${place}: bake`, takes });
}

function wrong(place: string, problem: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `${place}: ${problem}`);
}
