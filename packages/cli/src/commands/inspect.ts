import type { ImageTensors } from '@pip-graft/backbones';
import { locateUnder, lookClosely } from '@pip-graft/graft';
import { openHost } from '@pip-graft/graft/node';
import {
  elementCount,
  type ImageValues,
  type Model,
  type SampleSizes,
  type SkipSite,
} from '@pip-graft/onnx-graft';
import { writeAtomic } from '@pip-graft/onnx-graft/node';
import { buildHostPage } from '@pip-graft/report';
import { type Command, Option } from 'commander';
import { formatInspection } from '../format/format-inspection.ts';
import {
  type Expectation,
  type ExpectedDevice,
  expectedDeviceOption,
  expectedOf,
} from '../options/expected-device.ts';
import { checkOutput } from '../options/options.ts';
import { define, run } from '../pipeline/run.ts';
import { type PromptSize, promptSizes } from '../reports/report-data.ts';
import { hostPage } from '../reports/write-reports.ts';

/** What `inspect` finds; this shape is the command's JSON. */
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
  readonly sizeMultiple: number;
  /** Sides that the file fixes; null where they are open. */
  readonly size: { readonly height: number | null; readonly width: number | null };
  /** What the graph or the stamp shows of the values of images; null where no input is an image. */
  readonly values: ImageValues | null;
  /** What is fed into the image's further inputs by default. */
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
  /** What is expected on the device that was asked about; nothing was run. */
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
  /** Of all adapters, in the order of the weights. */
  readonly labels: readonly string[];
  readonly inputs: { readonly degradation: string; readonly strength: string } | null;
  /** What is fixed, in the order of the labels; null with inputs. */
  readonly baked: { readonly weights: readonly number[]; readonly strength: number } | null;
  /** What finds the degradation where none is given. */
  readonly auto: {
    readonly name: string;
    readonly trained: boolean;
    readonly output: string;
  } | null;
  readonly levels: readonly number[];
  /** Sizes of the prompts, where the file still says them. */
  readonly prompts: readonly PromptSize[];
  readonly hostDigest: string;
}

export function command(): Command {
  return define('inspect', 'Shows what a model is and where its skip connections are', [
    'graft inspect restormer.onnx',
    'graft inspect restormer.onnx --json',
    'graft inspect restormer.onnx --html restormer.html',
    'graft inspect restormer.onnx --device cuda',
  ])
    .argument('<file>', 'ONNX file, a package, or hf:owner/name[@revision][/folder or file]')
    .addOption(new Option('--html <file>', 'also write a page with the network drawn'))
    .addOption(expectedDeviceOption())
    .action(
      run<[string], { html?: string } & ExpectedDevice>(async (session, path, { html, device }) => {
        if (html !== undefined) checkOutput(html, path);
        const inspection = await inspect(path, device);
        if (html !== undefined) {
          const page = new TextEncoder().encode(buildHostPage(hostPage(path, inspection)));
          await writeAtomic(html, (append) => append(page), session.signal);
          session.note(`${html}: the network drawn`);
        }
        return { json: inspection, text: formatInspection(path, inspection) };
      }),
    );
}

async function inspect(path: string, device?: 'cuda'): Promise<Inspection> {
  using host = await openHost(path);
  const { model, facts } = host;
  const { family, sizeMultiple, image, graft: record } = lookClosely(model, facts);
  // A graft stands on the skip connections: they are those of the host under it.
  const located = record === null ? host.located : locateUnder(model);
  const initializers = new Set(model.graph.initializers.map(({ name }) => name));
  const summary = ({
    name,
    dataType,
    dims,
  }: (typeof model.graph.inputs)[number]): ValueSummary => ({
    name,
    dataType: dataType ?? null,
    dims: dims ?? null,
  });
  return {
    family,
    confidence: located.confidence,
    opset: model.opsets.get('') ?? null,
    irVersion: model.irVersion,
    producer: model.producer,
    nodes: model.graph.nodes.length,
    parameters: parameterCount(model),
    // Before IR version 4 weights had to be listed as inputs; the graft's own inputs have defaults.
    inputs: model.graph.inputs
      .filter(
        ({ name }) =>
          !initializers.has(name) ||
          name === record?.inputs?.degradation ||
          name === record?.inputs?.strength,
      )
      .map(summary),
    outputs: model.graph.outputs.map(summary),
    sizeMultiple,
    size: fixedSize(located.image, facts.builtInSize),
    values: image?.values ?? null,
    feeds: image?.feeds ?? {},
    sites: located.sites.map(({ level, value, channels, scale, join, consumer }) => ({
      level,
      value,
      channels,
      scale,
      join,
      consumer,
    })),
    rejected: located.rejected,
    graft: record && {
      adapters: record.adapters,
      labels: record.labels,
      inputs: record.inputs,
      baked: record.baked,
      auto: record.auto,
      levels: record.sites.map(({ level }) => level).sort((a, b) => a - b),
      prompts: promptSizes(record, facts),
      hostDigest: record.host.digest,
    },
    warnings: located.warnings,
    expected: device === undefined ? null : expectedOf(facts),
  };
}

/** Numbers of the initializers and of `Constant` nodes; integers are shapes and axes, not parameters. */
function parameterCount({ graph }: Model): number {
  const constants = graph.nodes
    .filter(({ opType }) => opType === 'Constant')
    .flatMap(({ attributes }) => attributes.get('value')?.tensor ?? []);
  return [...graph.initializers, ...graph.sparseInitializers, ...constants]
    .filter(({ dataType }) => dataType?.includes('float'))
    .reduce((sum, { dims }) => sum + elementCount(dims), 0);
}

function fixedSize(
  image: ImageTensors | undefined,
  builtIn: SampleSizes | undefined,
): Inspection['size'] {
  const { height, width } = builtIn ?? image ?? {};
  return { height: height ?? null, width: width ?? null };
}
