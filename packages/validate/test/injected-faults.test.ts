import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backbone, backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { applyGraft, freshAdapter, hostOf, planGraft } from '@pip-graft/graft';
import {
  GraphBuilder,
  type Model,
  ops,
  type Redirect,
  readTensor,
  replaceWeights,
  splice,
  type Use,
} from '@pip-graft/onnx-graft';
import { saveModel } from '@pip-graft/onnx-graft/node';
import { type GraftRecord, readGraft, stampKey } from '@pip-graft/pip-core';
import { validateGraft } from '@pip-graft/validate';
import { decodeFloats } from '@pip-graft/weights';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// Injects faults into valid grafts of the three families at their smallest size: the check that
// should catch each fault does, and passes without it.

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const small = { dim: 8, blocks: [1, 1, 1, 1], refinement: 0 };
const backbones: readonly Backbone[] = [
  {
    family: 'nafnet',
    config: {
      ...backbonePresets['nafnet-small'].config,
      width: 8,
      encoder: [1, 1],
      decoder: [1, 1],
    },
  },
  { family: 'restormer', config: { ...backbonePresets['restormer-small'].config, ...small } },
  { family: 'promptir', config: { ...backbonePresets['promptir-small'].config, ...small } },
] as readonly Backbone[];

/** The graft with nodes inserted after one of its values. */
function changed(model: Model, value: string, build: (g: GraphBuilder) => string): Model {
  const g = new GraphBuilder({ opset: model.opsets.get('')!, prefix: 'pip/fault' });
  const to = build(g);
  const redirect = { ...site(value), uses: usesOf(model, value), to };
  return spliced(model, g, [redirect]);
}

function spliced(model: Model, g: GraphBuilder, redirects: readonly Redirect[]): Model {
  return splice(model, 'pip/fault', {
    fragments: [{ fragment: g.fragment(), redirects }],
    inputs: [],
    // The same entry again: another one would be a difference itself.
    stamp: () => ({ key: stampKey, value: model.metadata.get(stampKey)! }),
  });
}

const site = (value: string) => ({ value });

function usesOf({ graph }: Model, value: string): Use[] {
  return graph.nodes.flatMap(({ inputs }, node) =>
    inputs.flatMap((name, input) => (name === value ? [{ node, input }] : [])),
  );
}

/** Weights are shares of their sum; their squares give another mixture. */
const wrongMixture = (model: Model, { inputs }: GraftRecord): Model =>
  changed(model, inputs!.degradation, (g) => ops.mul(g, inputs!.degradation, inputs!.degradation));

/** Adds the batch's mean to each image's universal prompt. */
const leakingRow = (model: Model, { sites }: GraftRecord): Model => {
  const value = sites[0]!.modules[0]!.values.modulated;
  return changed(model, value, (g) => ops.add(g, value, ops.reduceMean(g, value, [0])));
};

const notANumber = (model: Model, { sites }: GraftRecord): Model => {
  const value = sites[0]!.modules[0]!.values.universalPrompt;
  return changed(model, value, (g) => ops.mul(g, value, g.scalar(Number.NaN, 'float32')));
};

/** At the same join, the graft replaces the input from below, and the skip is the host's again. */
const movedSite = (model: Model, { sites }: GraftRecord): Model => {
  const { value, output } = sites[0]!;
  const [use] = usesOf(model, output);
  const { inputs } = model.graph.nodes[use!.node]!;
  const other = 1 - use!.input;
  return spliced(model, new GraphBuilder({ opset: 17, prefix: 'pip/fault' }), [
    { value: output, uses: [use!], to: value },
    { value: inputs[other]!, uses: [{ node: use!.node, input: other }], to: output },
  ]);
};

/** Changes one number of the host's first convolution. */
const changedWeight = (model: Model): Model => {
  const tensor = model.graph.initializers.find(({ dims }) => dims.length === 4)!;
  const values = Float32Array.from(decodeFloats(readTensor(model, tensor), 'float32'));
  values[0]! += 0.5;
  return replaceWeights(model, new Map([[tensor.name, values]]));
};

const faults: readonly [string, (model: Model, graft: GraftRecord) => Model, readonly string[]][] =
  [
    ['a wrong mixture', wrongMixture, ['mixture of labels']],
    ['a leaking batch row', leakingRow, ['batch rows']],
    ['a NaN in a branch', notANumber, ['finite numbers']],
    ['a moved site', movedSite, ['strength 0, as written', 'planned records only']],
    [
      'a changed weight',
      changedWeight,
      ['upstream tensors', 'planned records only', 'removal', 'strength 0, as written'],
    ],
  ];

describe.each(backbones)('$family', (backbone) => {
  const base = join(folder, `${backbone.family}.onnx`);
  let sound: Model;
  beforeAll(async () => {
    const host = hostOf(buildBackbone(backbone, 1));
    const adapter = freshAdapter(host, {
      labels: ['rain', 'haze'],
      seed: 1,
      attach: 'replace',
      promptChannels: host.located.sites.map(() => 8),
      promptSize: host.located.sites.map(() => 4),
    });
    sound = applyGraft(planGraft(host, adapter));
    await saveModel(host.model, base);
  });

  async function verdicts(model: Model, only: readonly string[]) {
    const grafted = join(folder, `${backbone.family}-grafted.onnx`);
    await saveModel(model, grafted);
    const { checks } = await validateGraft({ grafted, base, threads: 1, only });
    return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
  }

  test('passes without a fault', async () => {
    const only = [...new Set(faults.flatMap(([, , names]) => names))];
    const all = Object.fromEntries(only.map((name) => [name, 'passed']));
    expect(await verdicts(sound, only)).toEqual(all);
  });

  test.each(faults)('%s', async (_, inject, names) => {
    const graft = readGraft(sound)!;
    const all = Object.fromEntries(names.map((name) => [name, 'failed']));
    expect(await verdicts(inject(sound, graft), names)).toEqual(all);
  });
});
