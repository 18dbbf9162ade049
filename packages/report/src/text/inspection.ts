import type { PlanSummary } from '@pip-graft/graft';
import type { ImageValues, SkipSite } from '@pip-graft/onnx-graft';
import type { ExpectedNode, ExpectedPlacement } from '@pip-graft/runtime';
import { oneLine } from './lines.ts';

/** Result of `inspect`; the command's JSON has this shape. */
export interface Inspection {
  readonly family: string;
  readonly confidence: number;
  readonly opset: number | null;
  readonly irVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly nodes: number;
  readonly parameters: number;
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
  /** The input and the output that are images; null if no input is one. */
  readonly image: { readonly input: string; readonly output: string | null } | null;
  readonly sizeMultiple: number;
  /** Sides that the file fixes; null if open. */
  readonly size: { readonly height: number | null; readonly width: number | null };
  /** Range and order of image values, from graph or stamp; null if no input is an image. */
  readonly values: ImageValues | null;
  /** Default values of inputs besides the image. */
  readonly feeds: Readonly<Record<string, number>>;
  readonly sites: readonly {
    level: number;
    value: string;
    channels: number;
    scale: number;
    join: SkipSite['join'];
    consumer: string;
  }[];
  readonly rejected: readonly { value: string; reason: string }[];
  readonly graft: GraftSummary | null;
  readonly warnings: readonly string[];
  /** What is expected on the requested device, without a run. */
  readonly expected: Expectation | null;
}

interface ValueSummary {
  readonly name: string;
  readonly dataType: string | null;
  readonly dims: readonly (number | string | null)[] | null;
}

interface GraftSummary {
  readonly adapters: readonly {
    readonly name: string;
    readonly version: string;
    readonly digest: string | null;
    readonly trained: boolean;
    readonly mode: string;
    readonly attach: string;
    readonly labels: readonly string[];
  }[];
  /** Labels of all adapters, in the order of the weights. */
  readonly labels: readonly string[];
  readonly inputs: { readonly degradation: string; readonly strength: string } | null;
  /** Fixed weights, in the order of the labels, and strength; null with inputs. */
  readonly baked: { readonly weights: readonly number[]; readonly strength: number } | null;
  /** The sensor, which finds the degradation if the caller passes none. */
  readonly auto: {
    readonly name: string;
    readonly trained: boolean;
    readonly output: string;
  } | null;
  readonly levels: readonly number[];
  /** Sizes of the prompts, as far as the file still shows them. */
  readonly prompts: readonly PromptSize[];
  readonly hostDigest: string;
}

/** Size of a graft's prompt. */
export interface PromptSize {
  readonly level: number;
  readonly promptChannels: number;
  readonly promptSize: number;
}

/** Where a model's nodes are expected to run on a device; part of the commands' JSON. */
export interface Expectation extends Omit<ExpectedPlacement, 'nodes'> {
  readonly counts: Readonly<Record<ExpectedNode['place'], number>>;
  /** Nodes without a kernel. */
  readonly none: readonly {
    readonly node: string;
    readonly opType: string;
    readonly why: 'operator' | 'version' | 'type';
    readonly reason: string;
  }[];
}

/** Summarises what was grafted where, in one line. */
export function summariseGraft({ adapters, levels, parameters, labels }: PlanSummary): string {
  const at = [...new Set(levels.map(({ site }) => site.level))].sort((a, b) => a - b).join(', ');
  return `${spellAdapters(adapters)} at level ${at}, ${parameters.toLocaleString('en-US')} parameters, labels ${oneLine(labels.join(', '))}`;
}

/** Lists adapters by name and marks untrained ones. */
export function spellAdapters(adapters: PlanSummary['adapters']): string {
  return adapters
    .map(({ name, trained }) => `${trained ? '' : 'UNTRAINED '}adapter '${oneLine(name)}'`)
    .join(' and ');
}
