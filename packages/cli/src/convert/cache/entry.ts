import { canonicalJson } from '@pip-graft/graft';
import { z } from 'zod';
import { sha256 } from '../../pipeline/sha256.ts';
import type { Made } from '../job/job.ts';

const figure = z.union([z.number(), z.string(), z.null()]);

/** File name without a folder: an entry must not refer to files elsewhere. */
const fileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[/\\\0]/.test(name) && name !== '.' && name !== '..');

const runs = z.strictObject({
  median: z.number(),
  spread: z.number(),
  fastest: z.number(),
  runs: z.array(z.number()).max(10_000),
});

/** Schema of what validation measured. */
const measured = z.strictObject({
  latency: z
    .strictObject({ width: z.int(), height: z.int(), host: runs, grafted: runs })
    .exactOptional(),
  memory: z.strictObject({ host: z.number(), grafted: z.number() }).exactOptional(),
});

/** Schema of a job's result, read from a file. */
export const madeSchema = z.object({
  files: z
    .array(
      z.strictObject({
        name: fileName,
        bytes: z.int().min(0),
        digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(10_000),
  family: z.string(),
  precision: z.string(),
  adapters: z.array(
    z.strictObject({ name: z.string(), version: z.string(), trained: z.boolean() }),
  ),
  labels: z.array(z.string()),
  seeded: z.boolean(),
  gates: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['passed', 'failed', 'skipped']),
      measured: figure,
      limit: figure,
      unit: z.enum(['bytes', 'dB']).exactOptional(),
      detail: z.string(),
      milliseconds: z.number().exactOptional(),
    }),
  ),
  measured,
  warnings: z.array(z.string()),
});

const entry = z.strictObject({ made: madeSchema.strict(), digest: z.string() });

/** Encodes a job's result with a digest: a changed verdict is as bad as a changed model. */
export function encodeEntry(made: Made): string {
  const value = untimed(made);
  return `${JSON.stringify({ made: value, digest: sha256(canonicalJson(value)) }, null, 2)}\n`;
}

/** Returns a job's result without the times of its gates: the same on every machine. */
export function untimed(made: Made): Made {
  return { ...made, gates: made.gates.map(({ milliseconds: _, ...gate }) => gate) };
}

/** Decodes an entry: the job's result, or why the entry is corrupt. */
export function decodeEntry(text: string): { readonly made: Made } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const parsed = entry.safeParse(value);
  if (!parsed.success) return { problem: 'it is not an entry of this version' };
  if (sha256(canonicalJson(parsed.data.made)) !== parsed.data.digest)
    return { problem: 'it was changed' };
  return { made: parsed.data.made };
}
