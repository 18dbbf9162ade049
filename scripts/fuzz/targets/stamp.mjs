import { locateSkips } from '@pip-graft/backbones';
import { bytesSource, graphFacts, readModel } from '@pip-graft/onnx-graft';
import {
  applyPlan,
  initAdapter,
  makePlan,
  readGraft,
  requirePlan,
  stampKey,
  ungraft,
} from '@pip-graft/pip-core';
import { present } from '../../present.mjs';
import { bytesOf, expect } from '../check.mjs';
import { hosts } from '../corpus/hosts.mjs';
import { edge, mutateBlind } from '../mutate/blind.mjs';
import { graphOf, nodesOf } from '../mutate/graph.mjs';
import { mutateJson } from '../mutate/json.mjs';
import { mutateOnnx } from '../mutate/onnx.mjs';
import { encode, parse, text, varint } from '../mutate/records.mjs';

/** @import { Field } from '../mutate/records.mjs' */

let made;

/** Grafted files: with and without inputs, and one whose writer padded a length and a node. */
function grafts() {
  made ??= [
    grafted(hosts()[0], {}),
    grafted(hosts()[1], { bake: { weights: { rain: 1 } } }),
    grafted(padded(hosts()[0]), { inputs: 'required' }),
  ];
  return made;
}

function grafted(bytes, options) {
  const model = readModel(bytesSource(bytes));
  const facts = graphFacts(model);
  const { family, sites } = locateSkips(model, facts);
  const host = { family, sites, fingerprint: null, digest: 'sha256:0' };
  const choices = { labels: ['rain', 'haze'], promptChannels: [8], promptSize: [8] };
  const adapter = initAdapter(host, choices);
  const plan = requirePlan(makePlan({ model, facts, ...host, adapters: [adapter], options }));
  return bytesOf(applyPlan(plan, { name: 'fuzz', version: '0' })).slice();
}

/** The same model with lengths in more bytes than needed. */
function padded(bytes) {
  const model = parse(bytes);
  const graph = present(graphOf(model), 'the graph');
  for (const node of nodesOf(model)) node.length = varint(BigInt(encode(node.parts).length), 5);
  graph.length = varint(BigInt(encode(graph.parts).length), 5);
  return encode(model);
}

/**
 * Grafted files: the stamp is read and the graft removed, which leaves a model of the host's nodes.
 */
export const stamp = {
  name: 'stamp',
  share: 12,
  make(dice) {
    const bytes = dice.pick(grafts());
    const way = dice.below(10);
    const out =
      way < 6
        ? mutateStamp(bytes, dice)
        : way < 9
          ? mutateOnnx(bytes, dice)
          : mutateBlind(bytes, dice, dice.pick(grafts()));
    return { 'grafted.onnx': out };
  },
  run(given) {
    const model = readModel(bytesSource(given['grafted.onnx']));
    if (readGraft(model) === null) return 'no stamp';
    const { model: host, graft: record } = ungraft(model);
    const left = readModel(bytesSource(bytesOf(host)));
    const own = ({ name }) => !name.startsWith(`${record.undo.prefix}/`);
    const kept = model.graph.nodes.filter(own).length;
    expect(
      left.graph.nodes.length === kept,
      `${kept} nodes of the host, ${left.graph.nodes.length} left`,
    );
    expect(!left.metadata.has(stampKey), 'the stamp is gone');
    return 'ungrafted';
  },
};

function mutateStamp(bytes, dice) {
  const model = parse(bytes);
  /** @param {Field} field */
  const isStamp = ({ number, parts }) =>
    number === 14 && parts?.some((part) => part.bytes && `${Buffer.from(part.bytes)}` === stampKey);
  const entry = present(model.find(isStamp), 'the stamp');
  const value = entry.parts?.find(({ number }) => number === 2);
  const json = mutateJson(Buffer.from(present(value?.bytes, 'its text')).toString(), dice);
  entry.parts = [text(1, stampKey), text(2, json)];
  if (dice.chance(0.1)) model.push(entry);
  if (dice.chance(0.05)) entry.length = varint(edge(dice));
  return encode(model);
}
