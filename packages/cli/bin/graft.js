#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// Keeps the young generation from doubling again and again: a graft peaks at 150 MB instead of
// 175 MB and takes as long (docs/benchmarks/apply.md).
setFlagsFromString('--semi-space-growth-factor=1');

// `graft … | head` closes the pipe early; that is no failure of the command.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
