#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// Keeps the young generation from doubling again and again: a graft peaks at 125 MB instead of
// 165 MB and takes 4 % longer (docs/benchmarks/apply.md).
setFlagsFromString('--semi-space-growth-factor=1');

const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
