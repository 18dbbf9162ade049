import {
  type SiteLayout,
  type SkipSite,
  type SpliceUndo,
  shownRanges,
} from '@pip-graft/onnx-graft';
import * as z from 'zod/mini';
import { pipAttachments, pipModes } from '../config/pip-config.ts';
import type { EmittedModule } from '../emit/emit-pip.ts';
import type { Baked, PlannedAdapter, PlannedSensor, SteeringInputs } from '../plan/plan.ts';
import { type HostImage, type InputKind, inputKinds } from '../plan/plan-request.ts';

/** Version of the `pip_graft` metadata entry. */
export const graftRecordVersion = 1;

/** The tool that made a graft. */
export interface GraftTool {
  readonly name: string;
  readonly version: string;
}

/** One grafted skip connection. */
export interface GraftedSite extends Omit<SkipSite, 'evidence'> {
  /** The value that the merge reads now. */
  readonly output: string;
  /** Values of each adapter that has this level, by role. */
  readonly modules: readonly EmittedModule[];
}

/** Record of a graft in the file: the metadata entry `pip_graft`. */
export interface GraftRecord {
  readonly formatVersion: number;
  readonly tool: GraftTool;
  readonly adapters: readonly PlannedAdapter[];
  readonly host: {
    readonly family: string;
    readonly fingerprint: string | null;
    readonly digest: string;
    readonly image: HostImage | null;
  };
  /** Labels of all adapters, concatenated: the order of the weights. */
  readonly labels: readonly string[];
  /** Actual names of the added inputs; null if baked. */
  readonly inputs: SteeringInputs | null;
  readonly inputKind: InputKind;
  readonly defaultDegradation: readonly number[];
  readonly baked: Baked | null;
  /** Finds the degradation if a caller passes none; null without a sensor. */
  readonly auto: PlannedSensor | null;
  /** Node indices in `uses` are those of the host. */
  readonly sites: readonly GraftedSite[];
  /** Data for removing the graft. */
  readonly undo: SpliceUndo;
}

/** Images are padded to it: a larger one in a stamp would make them fill the memory. */
const largestMultiple = 1024;

/** Bytes of the longest protobuf length. */
const maxLengthWidth = 10;

const text = z.string();
const number = z.number();
const texts = z.array(text);
const map = z.record(text, text);

function wholeUpTo(most: number) {
  const error = `must be a whole number from 1 to ${most}`;
  return number.check(
    z.refine((value) => Number.isInteger(value) && value >= 1 && value <= most, { error }),
  );
}

/** Removal deletes what has these names: others in a stamp would make it delete the host's own. */
function ownName(pattern: RegExp, what: string) {
  return text.check(
    z.refine((name) => pattern.test(name), {
      error: ({ input }) => `'${String(input)}' is not ${what}`,
    }),
  );
}

const side = z.object({ range: z.nullable(z.enum(shownRanges)), order: z.enum(['rgb', 'bgr']) });

const image = z.object({
  input: text,
  output: z.nullable(text),
  sizeMultiple: wholeUpTo(largestMultiple),
  inParts: z.optional(z.boolean()),
  layout: z.optional(z.enum(['NCHW', 'NHWC'])),
  values: z.optional(z.object({ input: side, output: side })),
  feeds: z.optional(z.record(text, number)),
});

const adapter = z.object({
  name: text,
  version: text,
  digest: z.nullable(text),
  trained: z.boolean(),
  mode: z.enum(pipModes),
  attach: z.enum(pipAttachments),
  labels: texts,
});

const site = z.object({
  value: text,
  uses: z.array(z.object({ node: number, input: number })),
  level: number,
  channels: number,
  layout: z.enum(['NCHW', 'NHWC', 'tokens'] satisfies readonly SiteLayout[]),
  extent: z.optional(text),
  scale: number,
  join: z.enum(['concat', 'add', 'mul']),
  consumer: text,
  output: text,
  modules: z.array(
    z.object({
      adapter: number,
      values: z.object({
        degradationPrompt: text,
        semanticMap: text,
        prompt: text,
        universalPrompt: text,
        modulated: text,
      }),
    }),
  ),
});

/** Format of the metadata entry `pip_graft`. `readGraft` checks that its parts agree. */
export const stampFormat = z.object({
  formatVersion: number,
  tool: z.object({ name: text, version: text }),
  adapters: z.array(adapter),
  host: z.object({
    family: text,
    fingerprint: z.nullable(text),
    digest: text,
    image: z.nullable(image),
  }),
  labels: texts,
  inputs: z.nullable(
    z.object({
      degradation: ownName(/^degradation(_\d+)?$/, "the name of a graft's input"),
      strength: ownName(/^strength(_\d+)?$/, "the name of a graft's input"),
    }),
  ),
  inputKind: z.enum(inputKinds),
  defaultDegradation: z.array(number),
  baked: z.nullable(z.object({ weights: z.array(number), strength: number })),
  auto: z.nullable(
    z.object({
      name: text,
      digest: z.nullable(text),
      trained: z.boolean(),
      output: ownName(/^degradation_found(_\d+)?$/, "the name of a graft's output"),
    }),
  ),
  sites: z.array(site),
  undo: z.object({
    prefix: ownName(/^pip(_\d+)?$/, "a graft's"),
    inputs: texts,
    outputs: z.optional(texts),
    redirects: map,
    graphLengthWidth: z.optional(wholeUpTo(maxLengthWidth)),
    records: z.optional(map),
  }),
});

/** A stamp whose every field has its type. */
export type Stamp = z.output<typeof stampFormat>;
