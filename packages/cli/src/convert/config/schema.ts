import { type BackbonePreset, backbonePresets, imageRanges } from '@pip-graft/graft';
import { z } from 'zod';

const presets = Object.keys(backbonePresets) as [BackbonePreset, ...BackbonePreset[]];
const path = z
  .string()
  .min(1, { error: 'empty' })
  .max(4096)
  .refine((text) => !text.includes('\0'), { error: 'a path holds no NUL character' });
const count = z.int().min(0).max(4096);
const counts = z.array(count).min(1).max(16);
const opset = z.int().min(11).max(23).describe('opset of the model; default: 17');
const ratio = z.number().positive();

const source = z
  .union(
    [
      z.strictObject({
        onnx: path.describe('an ONNX file, or hf:owner/name[@revision][/folder or file]'),
      }),
      z.strictObject({
        checkpoint: path.describe(
          'a PyTorch checkpoint or safetensors file, or hf:owner/name[@revision][/folder or file]',
        ),
        prefix: z
          .string()
          .max(4096)
          .describe("path before the network's names, if it holds several networks")
          .optional(),
        local: z
          .tuple([z.int().min(1), z.int().min(1)])
          .describe('height and width of the training patches, for the local variant of NAFNet')
          .optional(),
        opset: opset.optional(),
      }),
      z.strictObject({
        backbone: z.enum(presets).describe('a network by name, with weights from a seed'),
        seed: z
          .int()
          .min(0)
          .max(2 ** 31 - 1)
          .describe('seed of the weights; default: 0')
          .optional(),
        dim: count.describe('channels of the first level').optional(),
        blocks: counts.describe('blocks of each level').optional(),
        heads: counts.describe('attention heads of each level').optional(),
        refinement: count.describe('blocks after the decoder').optional(),
        middle: count.describe('blocks between encoder and decoder').optional(),
        decoder: counts.describe('blocks of each level of the decoder').optional(),
        opset: opset.optional(),
      }),
      z.strictObject({ job: z.string().describe('the output of another job') }),
    ],
    {
      error:
        'expected one of { onnx }, { checkpoint, prefix?, local?, opset? }, { backbone, seed?, dim?, blocks?, heads?, refinement?, middle?, decoder?, opset? } and { job }',
    },
  )
  .describe('what the model is made from, in one of four forms');

const validate = z.union(
  [
    z.literal(true),
    z.strictObject({
      device: z.enum(['cpu', 'cuda', 'webgpu']).describe('where to run; default: cpu').optional(),
      maxOverhead: ratio.describe("largest time relative to the host's").optional(),
      maxMemory: ratio.describe("largest memory relative to the host's").optional(),
    }),
  ],
  { error: 'expected true, or { device?, maxOverhead?, maxMemory? }' },
);

const gates = z
  .strictObject({
    validate: validate.describe('all checks of `graft validate` must pass').optional(),
    parity: z
      .strictObject({
        psnr: z.number().describe('least PSNR in dB between the two'),
        image: path
          .describe('an image to compare on; default: a small one that comes with the tool')
          .optional(),
      })
      .describe('how close the float16 model must be to its float32 form')
      .optional(),
    maxBytes: z
      .union(
        [
          z.int().positive(),
          z.string().regex(/^\d+(\.\d+)? ?([kMG]i?B|B)$/, {
            error: "expected a text such as '40 MB', with B, kB, MB or GB",
          }),
        ],
        {
          error: "expected a number of bytes, or a text such as '40 MB'",
        },
      )
      .describe(
        'largest size of all files of the output together, as bytes or as a text such as 40 MB',
      )
      .optional(),
    quality: z
      .array(
        z.strictObject({
          data: path.describe('folder of images, as for `graft eval --data`'),
          degrade: z.string().describe('as for `graft eval --degrade`').optional(),
          degradation: z.string().describe('as for `graft eval --degradation`').optional(),
          limit: z.int().positive().describe('most images of each folder; default: all').optional(),
          psnr: z.number().describe('least average PSNR in dB'),
        }),
      )
      .min(1)
      .describe('what the model must reach on images')
      .optional(),
  })
  .describe('what must hold before the output replaces what was there');

const job = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, {
      error:
        "must begin with a letter or digit; then letters, digits, '.', '_', '-', at most 100 characters",
    })
    .describe('name of the job in reports and for other jobs'),
  source,
  adapters: z
    .array(z.string().min(1))
    .min(1)
    .max(16)
    .describe(
      'adapter folders, npm packages, hf:owner/name[@revision][/folder], or init:key=value,…; default: nothing is grafted',
    )
    .optional(),
  sites: z
    .string()
    .describe('skip connections to graft, such as 1,3 or ^2; default: all')
    .optional(),
  bake: z.string().describe('degradation to fix: label, or label=weight,…').optional(),
  auto: z
    .union([z.literal(true), path], { error: 'expected true, or the folder of a sensor' })
    .describe(
      'sensor that finds the degradation when a caller passes none: its folder, or true for the one that the adapter carries',
    )
    .optional(),
  inputs: z
    .enum(['optional', 'required'])
    .describe('whether `degradation` and `strength` have defaults; default: required')
    .optional(),
  allowUnbound: z
    .boolean()
    .describe('whether adapters for another host are allowed; default: false')
    .optional(),
  range: z
    .enum(imageRanges)
    .describe("range of the host's images on both sides; default: what the graph shows")
    .optional(),
  feeds: z
    .record(z.string().min(1).max(1024), z.number())
    .describe('values of inputs besides the image, such as a noise level; each needs one')
    .optional(),
  precision: z
    .enum(['float32', 'float16'])
    .describe('number format of weights and computation; default: as in the source')
    .optional(),
  external: z
    .enum(['inline', 'file'])
    .describe('weights inside the model, or in one file beside it; default: as in the source')
    .optional(),
  output: path.describe('the ONNX file to write'),
  gates: gates.optional(),
});

/** Schema of `graft.config.json`: checks configs, defines their type and gives the JSON schema. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  jobs: z.array(job).min(1, { error: 'there are none; list at least one' }).max(1000),
});

/** Content of a `graft.config.json`. Paths are relative to the config. */
export type Config = z.input<typeof configSchema>;
export type JobConfig = Config['jobs'][number];
export type SourceConfig = JobConfig['source'];
export type GatesConfig = NonNullable<JobConfig['gates']>;

/** JSON schema of `graft.config.json`, for editors: `@pip-graft/cli/graft.config.schema.json`. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return {
    $schema,
    title: 'graft.config.json',
    description: 'Conversions that `graft convert` carries out.',
    ...schema,
  };
}

/** All keys that may occur anywhere in a config. */
export function configKeys(): string[] {
  const keys = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('properties' in node) for (const key of Object.keys(node.properties ?? {})) keys.add(key);
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(configJsonSchema());
  return [...keys];
}
