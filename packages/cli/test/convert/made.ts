import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Made } from '../../src/convert/job/job.ts';

/** What a job would have made: one file with this text in its staging folder. */
export function madeFile(staging: string, name: string, text: string): Made {
  writeFileSync(join(staging, name), text);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return {
    files: [{ name, bytes: text.length, digest }],
    family: 'nafnet',
    precision: 'float32',
    adapters: [],
    labels: [],
    seeded: true,
    gates: [],
    measured: {},
    warnings: [],
  };
}
