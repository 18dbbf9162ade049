// Checks a restorer against its gates: npm run bench -- restorer [--model FILE.onnx] [--limit N]
//   [--bm3d-limit N] [--sheets] [--write]
// --limit: the first images of each set. --bm3d-limit: computes BM3D for this many images of each
// set, minutes per image.
// --sheets: contact sheets under out/restorer. --write: docs/benchmarks/restorer.md.
// Figures go to out/restorer/result.json. Exits with 1 if a gate failed, 7 without the test sets.
process.env.ORT_DISABLE_TELEMETRY = '1';

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../install.mjs';
import { writePage } from './measure.mjs';
import { fillBm3d } from './restorer/fill-bm3d.mjs';
import { exitOf, failedLabels } from './restorer/gate.mjs';
import { judge } from './restorer/judge.mjs';
import { gateLine, page } from './restorer/page.mjs';
import { testData } from './restorer/sets.mjs';
import { writeSheets } from './restorer/sheet.mjs';
import { openSubject, shippedModel } from './restorer/subject.mjs';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    model: { type: 'string' },
    limit: { type: 'string', default: 'Infinity' },
    'bm3d-limit': { type: 'string', default: '0' },
    sheets: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const [limit, bm3dLimit] = [Number(values.limit), Number(values['bm3d-limit'])];
if (!(limit >= 1) || !(bm3dLimit >= 0)) {
  console.error('--limit and --bm3d-limit are numbers of images, as --limit 4.');
  process.exit(2);
}
if (!existsSync(testData)) {
  console.log(
    `skipped: no test sets at ${relative(root, testData)}; no gate was tried. Their README says what belongs there.`,
  );
  process.exit(7);
}
const path = values.model === undefined ? await shippedModel() : resolve(values.model);
await fillBm3d(Math.min(bm3dLimit, limit), (line) => console.log(line));
const subject = await openSubject(path);
const started = performance.now();
const { gates, sets, real } = await judge(subject, { limit, sheets: values.sheets }, (done) => {
  console.log(`${Math.round((performance.now() - started) / 1000)} s: ${done}`);
});
await subject.close();

const into = join(root, 'out/restorer');
mkdirSync(into, { recursive: true });
if (values.sheets)
  for (const file of await writeSheets(into, [...sets, ...real])) console.log(relative(root, file));
const result = {
  date: new Date().toISOString(),
  model: {
    file: path.startsWith(root) ? relative(root, path) : basename(path),
    digest: subject.digest,
    labels: subject.labels,
  },
  limit: Number.isFinite(limit) ? limit : null,
  seconds: Math.round((performance.now() - started) / 1000),
  gates,
  failedLabels: failedLabels(gates),
  sets: sets.map(({ name, label, images }) => ({ name, label, images })),
};
writeFileSync(join(into, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
for (const each of gates) console.log(gateLine(each));
const failed = gates.filter(({ status }) => status === 'failed').length;
const skipped = gates.filter(({ status }) => status === 'skipped').length;
console.log(
  `${gates.length} gates: ${failed} failed, ${skipped} skipped. Labels that fail: ${result.failedLabels.join(', ') || 'none'}.`,
);
if (values.write) {
  const short = result.limit === null ? '' : ` --limit ${limit}`;
  writePage(
    'restorer',
    'What restores, against its gates',
    `npm run bench -- restorer${short}`,
    page(result),
    '',
  );
}
process.exitCode = exitOf(gates);
