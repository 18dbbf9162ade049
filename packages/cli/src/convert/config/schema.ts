import { type BackbonePreset, backbonePresets } from '@pip-graft/backbones';
import { z } from 'zod';

const presets = Object.keys(backbonePresets) as [BackbonePreset, ...BackbonePreset[]];
const path = z.string().min(1).max(4096);
const count = z.int().min(0).max(4096);
const counts = z.array(count).min(1).max(16);
const opset = z.int().min(11).max(23);
const ratio = z.number().positive();

const source = z
  .union(
    [
      z.strictObject({ onnx: path.describe('an ONNX file') }),
      z.strictObject({
        checkpoint: path.describe('a PyTorch checkpoint or safetensors file'),
        prefix: z
          .string()
          .max(4096)
          .describe("path before the network's names, if it holds several networks")
          .optional(),
        local: z
          .tuple([z.int().min(1), z.int().min(1)])
          .describe('nafnet: height and width that it was trained on, for the local variant')
          .optional(),
        opset: opset.optional(),
      }),
      z.strictObject({
        backbone: z.enum(presets).describe('a network by name, with weights from a seed'),
        seed: z
          .int()
          .min(0)
          .max(2 ** 31 - 1)
          .optional(),
        dim: count.optional(),
        blocks: counts.optional(),
        heads: counts.optional(),
        refinement: count.optional(),
        middle: count.optional(),
        decoder: counts.optional(),
        opset: opset.optional(),
      }),
      z.strictObject({ job: z.string().describe('the output of another job') }),
    ],
    {
      error:
        'expected one of { onnx }, { checkpoint, prefix?, local?, opset? }, { backbone, seed?, dim?, blocks?, heads?, refinement?, middle?, decoder?, opset? } and { job }',
    },
  )
  .describe('what the model is made from');

const validate = z.union(
  [
    z.literal(true),
    z.strictObject({
      device: z.enum(['cpu', 'cuda', 'webgpu']).optional(),
      maxOverhead: ratio.describe("of the host's time").optional(),
      maxMemory: ratio.describe("of the host's memory").optional(),
    }),
  ],
  { error: 'expected true, or { device?, maxOverhead?, maxMemory? }' },
);

const gates = z
  .strictObject({
    validate: validate.describe('`graft validate`: all its checks have to pass').optional(),
    parity: z
      .strictObject({
        psnr: z.number().describe('least dB between the two'),
        image: path.describe('a photo; default a small one that comes with the tool').optional(),
      })
      .describe('how near the float16 model has to be to its float32 form')
      .optional(),
    maxBytes: z
      .union(
        [
          z.int().positive(),
          z.string().regex(/^\d+(\.\d+)? ?([kMG]i?B|B)$/, { error: "expected a text as '40 MB'" }),
        ],
        {
          error: "expected a number of bytes, or a text as '40 MB'",
        },
      )
      .describe('most that all files of the output may take together')
      .optional(),
    quality: z
      .array(
        z.strictObject({
          data: path.describe('folder of pictures, as `graft eval --data` takes it'),
          degrade: z.string().describe('as `graft eval --degrade`').optional(),
          degradation: z.string().describe('as `graft eval --degradation`').optional(),
          limit: z.int().positive().describe('pictures of each folder').optional(),
          psnr: z.number().describe('least average in dB'),
        }),
      )
      .min(1)
      .describe('what the model has to reach on pictures')
      .optional(),
  })
  .describe('what has to hold before the output is put in its place');

const job = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
      error: "expected letters, digits, '.', '_' and '-', at most 100",
    })
    .describe('what the job is called in reports and by other jobs'),
  source,
  adapters: z
    .array(z.string().min(1))
    .min(1)
    .max(16)
    .describe('adapter folders, npm packages, or init:key=value,… ; left out, nothing is grafted')
    .optional(),
  sites: z.string().describe('skip connections to graft, as 1,3 or ^2').optional(),
  bake: z.string().describe('fix the degradation: label, or label=weight,…').optional(),
  auto: z
    .union([z.literal(true), path], { error: 'expected true, or the folder of a sensor' })
    .describe(
      'find the degradation where a caller gives none: the folder of a sensor, or true for the one that the adapter carries',
    )
    .optional(),
  inputs: z.enum(['optional', 'required']).describe('default: optional').optional(),
  allowUnbound: z.boolean().describe('graft adapters that were made for another host').optional(),
  precision: z.enum(['float32', 'float16']).describe('default: as the source has it').optional(),
  external: z
    .enum(['inline', 'file'])
    .describe('weights inside the model, or in one file beside it; default: as the source has it')
    .optional(),
  output: path.describe('the ONNX file to write'),
  gates: gates.optional(),
});

/** The one definition of `graft.config.json`: it checks, gives the type, and is published as a JSON schema. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  jobs: z.array(job).min(1).max(1000),
});

/** A conversion as `graft.config.json` describes it. Paths are relative to the config. */
export type Config = z.input<typeof configSchema>;
export type JobConfig = Config['jobs'][number];
export type SourceConfig = JobConfig['source'];
export type GatesConfig = NonNullable<JobConfig['gates']>;
