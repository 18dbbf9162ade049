// npm run bench -- NAME: measures, prints and writes docs/benchmarks/NAME.md.
import { build, install } from './install.mjs';

const benches = [
  'apply',
  'default-adapter',
  'exports',
  'float16',
  'house',
  'latency',
  'layers',
  'learning',
  'native',
  'restorer',
  'shards',
  'training',
  'training-memory',
  'training-pace',
  'validate',
  'web',
];
const name = process.argv[2];
if (!benches.includes(name)) {
  console.error(`Usage: npm run bench -- ${benches.join('|')} [options]`);
  process.exit(2);
}
install();
build();
await import(`./bench/${name}.mjs`);
