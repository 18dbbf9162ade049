import {
  elementCount,
  type ImageTensors,
  locateUnder,
  lookClosely,
  type Model,
  type SampleSizes,
} from '@pip-graft/graft';
import { writeAtomic } from '@pip-graft/graft/files';
import { openHost } from '@pip-graft/graft/node';
import { buildHostPage } from '@pip-graft/report';
import { formatInspection, type Inspection } from '@pip-graft/report/text';
import { type Command, Option } from 'commander';
import {
  type ExpectedDevice,
  expectedDeviceOption,
  expectedOf,
} from '../options/expected-device.ts';
import { checkReportOptions } from '../options/report-options.ts';
import { define, run } from '../pipeline/run.ts';
import { hostPage, promptSizes } from '../reports.ts';

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
        if (html !== undefined) checkReportOptions({ html }, [path]);
        const inspection = await inspect(path, device);
        if (html !== undefined) {
          const page = new TextEncoder().encode(buildHostPage(hostPage(path, inspection)));
          await writeAtomic(html, (append) => append(page), session.signal);
          session.note(`${html}: the network drawn`);
        }
        return { json: inspection, text: formatInspection(path, inspection), isAnswer: true };
      }),
    );
}

async function inspect(path: string, device?: 'cuda'): Promise<Inspection> {
  using host = await openHost(path);
  const { model, facts } = host;
  const { family, sizeMultiple, image, graft: record } = lookClosely(model, facts);
  // A graft occupies the skip connections, so look at those of its host.
  const located = record === null ? host.located : locateUnder(model);
  const initializers = new Set(model.graph.initializers.map(({ name }) => name));
  const summary = ({
    name,
    dataType,
    dims,
  }: (typeof model.graph.inputs)[number]): Inspection['inputs'][number] => ({
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
    // Before IR version 4, weights had to be inputs, too; the graft's own inputs have defaults.
    inputs: model.graph.inputs
      .filter(
        ({ name }) =>
          !initializers.has(name) ||
          name === record?.inputs?.degradation ||
          name === record?.inputs?.strength,
      )
      .map(summary),
    outputs: model.graph.outputs.map(summary),
    image: image ? { input: image.input, output: image.output ?? null } : null,
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
      levels: [...new Set(record.sites.map(({ level }) => level))].sort((a, b) => a - b),
      prompts: promptSizes(record, facts),
      hostDigest: record.host.digest,
    },
    warnings: located.warnings,
    expected: device === undefined ? null : expectedOf(facts),
  };
}

/** Counts the floats in initializers and `Constant` nodes; integers are shapes and axes. */
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
