import { createHash } from 'node:crypto';
import { fingerprint, locateSkips } from '@pip-graft/backbones';
import {
  bytesSource,
  checkModel,
  diffModels,
  graphFacts,
  readModel,
  readTensor,
} from '@pip-graft/onnx-graft';
import { applyPlan, initAdapter, makePlan, pipModes, ungraft } from '@pip-graft/pip-core';
import { bytesOf, codeOf, expect, sameBytes } from '../check.mjs';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const choices = { labels: ['rain', 'haze'], promptChannels: [8], promptSize: [8] };

/** Does in memory everything that the product does with a host. Returns how it ended. */
export function graftHost(bytes) {
  const model = readModel(bytesSource(bytes));
  const findings = checkModel(model);
  for (const { tensor } of tensorsOf(model)) codeOf(() => readTensor(model, tensor));
  const facts = graphFacts(model);
  const located = locateSkips(model, facts);
  checkSites(model, located);
  expect(located.sizeMultiple >= 1, `size multiple ${located.sizeMultiple}`);
  const { sites, family } = located;
  const mark = fingerprint(model, { digest: sha256, facts, sites });
  if (sites.length === 0) return 'no sites';
  const digest = `sha256:${sha256(bytes)}`;
  const identity = { family, fingerprint: mark, digest };
  // Module and attachment differ per case.
  const turn = bytes.length + sites.length;
  const adapter = initAdapter(
    { ...identity, sites },
    {
      ...choices,
      mode: pipModes[turn % pipModes.length],
      attach: turn % 2 === 0 ? 'replace' : 'residual',
    },
  );
  const bake = turn % 5 === 0 ? { bake: { weights: { rain: 1 } } } : {};
  const options = { requireInputs: turn % 7 === 0, ...bake };
  const result = makePlan({ model, facts, sites, ...identity, adapters: [adapter], options });
  if (result.status === 'refused') return `refused: ${result.refusals[0].code}`;
  const grafted = bytesOf(applyPlan(result.plan, { name: 'fuzz', version: '0' })).slice();
  checkGrafted(model, findings, bytes, readModel(bytesSource(grafted)));
  return 'grafted';
}

function tensorsOf({ graph }) {
  const constants = graph.nodes.flatMap(({ attributes }) => [...attributes.values()]);
  return [...graph.initializers.map((tensor) => ({ tensor })), ...constants].filter(
    ({ tensor }) => tensor,
  );
}

/**
 * A grafted file has no error that the host did not have, and removal returns the host byte for
 * byte.
 */
function checkGrafted(host, before, bytes, grafted) {
  const count = (list, code) => list.filter((finding) => finding.code === code).length;
  const after = checkModel(grafted);
  for (const { code, place } of after) {
    // Each node of the graft that reads a value finds again what is wrong with its name or place.
    const had = count(before, code);
    const most = ['NOT_UTF8', 'NOT_SORTED'].includes(code) && had > 0 ? Infinity : had;
    expect(count(after, code) <= most, `the graft brings ${code} at ${place}`);
  }
  diffModels(host, grafted);
  const { model, graft: record } = ungraft(grafted);
  expect(sameBytes(bytesOf(model), bytes), 'the graft taken out gives other bytes than the host');
  expect(record.host.digest === `sha256:${sha256(bytes)}`, 'the stamp holds another digest');
}

function checkSites(model, { sites }) {
  const levels = sites.map(({ level }) => level);
  expect(new Set(levels).size === levels.length, `two sites of one level: ${levels}`);
  for (const { value, uses, channels, scale } of sites) {
    expect(Number.isInteger(channels) && channels > 0, `site '${value}' has ${channels} channels`);
    expect(scale > 0 && Number.isFinite(scale), `site '${value}' has scale ${scale}`);
    expect(uses.length > 0, `site '${value}' has no uses`);
    for (const { node, input } of uses) {
      expect(model.graph.nodes[node]?.inputs[input] === value, `site '${value}' is not read there`);
    }
  }
}
