import { type Located, whyInvalid } from '@pip-graft/backbones';
import { argument, GraftError, type SkipSite } from '@pip-graft/onnx-graft';
import { alreadyGrafted, stampKey } from '@pip-graft/pip-core';
import { requireHost } from '../check-arguments.ts';
import type { Host } from './host.ts';

/**
 * Returns the chosen skip connections, by level or by name of the value; with `^` only, all but
 * these. Changes neither `located` nor the fingerprint.
 *
 * Errors: `INVALID_ARGUMENT` for one that was not found, with the reason if it was rejected, and if
 * none remains.
 *
 * @example chooseSites(located, '^2').map(({ level }) => level) // [1, 3]
 */
export function chooseSites(located: Located, text: string | undefined): readonly SkipSite[] {
  const takes = "a host's `located`";
  argument.requireKind(located, { member: 'sites', place: 'chooseSites', takes });
  if (text !== undefined) argument.requireMembers({ text }, 'chooseSites', { text: 'text' });
  const { sites } = located;
  if (text === undefined) return sites;
  const words = text.split(',').map((word) => word.trim());
  const named = (word: string) => siteNamed(located, word).level;
  const left = new Set(words.filter(isExclusion).map((word) => named(word.slice(1))));
  const taken = new Set(words.filter((word) => !isExclusion(word)).map(named));
  const chosen = sites.filter(
    ({ level }) => !left.has(level) && (taken.size === 0 || taken.has(level)),
  );
  if (chosen.length > 0) return chosen;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `sites '${text}': it leaves no skip connection; keep at least one of ${levelsOf(sites)}.`,
  );
}

function isExclusion(word: string): boolean {
  return word.startsWith('^');
}

function siteNamed({ sites, rejected }: Located, word: string): SkipSite {
  const found = sites.find(({ level, value }) => value === word || String(level) === word);
  if (found) return found;
  const candidate = rejected.find(({ value }) => value === word);
  const why = candidate ? `it was rejected: ${candidate.reason}` : 'there is none of that name';
  throw new GraftError(
    'INVALID_ARGUMENT',
    `sites '${word}': ${why}; skip connections are ${levelsOf(sites)}.`,
  );
}

function levelsOf(sites: readonly SkipSite[]): string {
  return sites.map(({ level, value }) => `${level} ('${value}')`).join(', ') || 'none';
}

/** Number of rejected candidates that a message names. */
const listed = 5;

/**
 * Rejects a host that no runtime loads, and one without skip connections, with the reasons. Errors:
 * `ALREADY_GRAFTED`, `CORRUPT_FILE`, `NO_SITES`, `UNSUPPORTED_LAYOUT`.
 */
export function requireSites(host: Host): void {
  requireHost(host, 'requireSites');
  const { model, located } = host;
  const { label } = model.source;
  if (model.metadata.has(stampKey)) throw new GraftError('ALREADY_GRAFTED', alreadyGrafted(label));
  // Sites of such a file mean nothing: which of two values of one name is it?
  const invalid = whyInvalid(model);
  if (invalid !== undefined)
    throw new GraftError(
      'CORRUPT_FILE',
      `${label}: no runtime loads it, and a graft would not change that: ${invalid}; \`graft check\` lists all problems; export it again.`,
    );
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
