import { didYouMean } from '@pip-graft/graft';
import { licenceIds } from './licence-ids.ts';

/** Identifiers that software, models and images are usually published under: what to suggest. */
const known =
  '0BSD AFL-3.0 AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-3.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 CDLA-Sharing-1.0 CECILL-2.1 ECL-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 GFDL-1.3-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-2.0 MS-PL MS-RL MulanPSL-2.0 NCSA ODbL-1.0 ODC-By-1.0 OFL-1.1 OSL-3.0 PDDL-1.0 PostgreSQL Python-2.0 Unlicense UPL-1.0 WTFPL Zlib'.split(
    ' ',
  );

/**
 * A note on a licence that is not an expression of SPDX identifiers, with the nearest usual one;
 * undefined for one that is, and for what npm takes instead. Only a note: SPDX has more each year.
 *
 * @example licenceNote('--license', 'Apache 2.0') // "… did you mean 'Apache-2.0'?"
 */
export function licenceNote(option: string, text: string | undefined): string | undefined {
  if (text === undefined || text === 'UNLICENSED' || /^SEE LICENSE IN \S/.test(text))
    return undefined;
  const operators = /^(AND|OR)$/;
  const words = text
    .replace(/[()]/g, ' ')
    .trim()
    .split(/\s+/)
    .filter((word) => !operators.test(word));
  const isExpression = words.every(
    (word, at) => isKnown(word) || word === 'WITH' || words[at - 1] === 'WITH',
  );
  if (isExpression) return undefined;
  const unknown = words.find((word) => !isKnown(word)) ?? text;
  const wanted = /\b(AND|OR|WITH)\b/.test(text) ? unknown : text;
  const ids = new Map(known.map((id) => [plain(id), id]));
  const near = didYouMean(plain(wanted), [...ids.keys()]);
  const end = near.replace(/'(.*)'/, (_, name: string) => `'${ids.get(name)}'`);
  return `note: ${option} ${text}: not a well-known SPDX identifier, which npm and model hubs go by${end}`;
}

function isKnown(word: string): boolean {
  // GPL-2.0+: or any later version.
  return licenceIds.has(word.replace(/\+$/, '')) || /^(LicenseRef|DocumentRef)-/.test(word);
}

/** A name without what people write differently: case, spaces, hyphens, "licence", "v2". */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/licen[cs]e|version|\bthe\b|only$/g, '')
    .replace(/v(?=\d)|[\s_-]|\.0(?!\d)/g, '');
}
