import type { Verdict } from '@pip-graft/validate';
import { figureFacts } from './figure-facts.ts';
import { quantity } from './format.ts';
import type { ReportData, ReportModel } from './report-data.ts';
import { junitHead } from './text/report-heads.ts';

/**
 * Builds a report as JUnit XML: one suite per model, one case per check. A model without validation
 * is a suite with one skipped case, so that CI does not count it as passed. The time of a check is
 * 0 if it did not run, or ran in an earlier validation.
 *
 * Characters that XML 1.0 cannot hold become U+FFFD.
 *
 * @example await writeFile('junit.xml', buildJUnit(data));
 */
export function buildJUnit({ title, models }: ReportData): string {
  const all = models.flatMap(casesOf);
  return xml`${new Xml(junitHead)}${title}"${totals(all)}>
${models.map(suite)}</testsuites>
`.text;
}

const notValidated: Verdict = {
  name: 'validation',
  status: 'skipped',
  measured: null,
  limit: null,
  detail: 'The model was not validated.',
};

/** The cases of a model; one skipped case if nothing was checked. */
function casesOf({ validation }: ReportModel): readonly Verdict[] {
  return validation === undefined || validation.checks.length === 0
    ? [notValidated]
    : validation.checks;
}

function totals(cases: readonly Verdict[]): Xml {
  const of = (status: Verdict['status']) => cases.filter((item) => item.status === status).length;
  return xml` tests="${cases.length}" failures="${of('failed')}" errors="0" skipped="${of('skipped')}" time="${seconds(cases)}"`;
}

/** Returns the total time of cases in seconds. */
function seconds(cases: readonly Verdict[]): string {
  const sum = cases.reduce((total, { milliseconds = 0 }) => total + milliseconds, 0);
  return (sum / 1000).toFixed(3);
}

function suite(model: ReportModel): Xml {
  const { name, trained, facts, validation } = model;
  const cases = casesOf(model);
  const properties = [
    ...(trained === null ? [] : [{ label: 'adapter', value: trained ? 'trained' : 'untrained' }]),
    ...facts,
    ...figureFacts(validation?.figures ?? {}),
  ];
  return xml`<testsuite name="${name}"${totals(cases)}>
<properties>
${properties.map(({ label, value }) => xml`<property name="${label}" value="${value}"/>\n`)}</properties>
${cases.map((item) => testcase(item, name))}</testsuite>
`;
}

function testcase(verdict: Verdict, model: string): Xml {
  const { name, status, measured, limit, unit, detail } = verdict;
  const head = xml`<testcase name="${name}" classname="${model}" time="${seconds([verdict])}"`;
  if (status === 'skipped') return xml`${head}><skipped message="${detail}"/></testcase>\n`;
  const figures =
    measured === null
      ? ''
      : `measured ${quantity(measured, unit)}${limit === null ? '' : `, limit ${quantity(limit, unit)}`}`;
  if (status === 'failed') {
    const message = [figures, detail].filter(Boolean).join(': ');
    return xml`${head}><failure message="${message}" type="failed">${message}</failure></testcase>\n`;
  }
  return figures === ''
    ? xml`${head}/>\n`
    : xml`${head}><system-out>${figures}</system-out></testcase>\n`;
}

/** XML that is safe to insert unchanged. Only {@link xml} makes it. */
class Xml {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type XmlPart = Xml | string | number | readonly XmlPart[];

/** A template that escapes its insertions unless they are {@link Xml}. @example xml`<property value="${name}"/>` */
function xml(strings: TemplateStringsArray, ...parts: readonly XmlPart[]): Xml {
  let text = strings[0]!;
  for (const [index, part] of parts.entries()) text += render(part) + strings[index + 1]!;
  return new Xml(text);
}

function render(part: XmlPart): string {
  if (part instanceof Xml) return part.text;
  if (Array.isArray(part)) return part.map(render).join('');
  // Escape tab, line feed and carriage return too: attributes would turn them into spaces.
  return String(part)
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(forbidden, '\uFFFD')
    .replace(/[&<>"'\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Characters outside the production Char of XML 1.0; lone surrogates are replaced earlier. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come through
const forbidden = /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;
