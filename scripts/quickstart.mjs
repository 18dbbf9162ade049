// npm run quickstart: the whole product once, from a fresh clone to out/quickstart/report.html.
import { build, install } from './install.mjs';

const started = performance.now();
install();
build();
const { quickstart } = await import('./quickstart/run.mjs');
process.exitCode = await quickstart(started);
