#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// Keeps the young generation from doubling again and again: a graft peaks at 150 MB instead of
// 175 MB and takes as long (docs/benchmarks/apply.md).
setFlagsFromString('--semi-space-growth-factor=1');

const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
