// Small files that demand a lot of work: doubling contents, long chains, functions that call each
// other.
import { graphOf, nodesOf, operators } from './graph.mjs';
import { int, message, raw, text } from './records.mjs';

/** Adds a growing structure to a model's graph, and often makes some node read it. */
export function grow(model, dice) {
  const graph = graphOf(model);
  const nodes = nodesOf(model);
  if (!graph || nodes.length === 0) return;
  const reader = dice.pick(nodes);
  const source = reader.parts.find(({ number, bytes }) => number === 1 && bytes);
  const from = source ? Buffer.from(source.bytes).toString() : '';
  const made = dice.pick(shapes)(graph, model, from, dice);
  if (source && dice.chance(0.6)) source.bytes = new TextEncoder().encode(made);
  const order = new Map(graph.parts.map((record, index) => [record, index]));
  const at = order.get(reader) ?? 0;
  const fresh = graph.parts.filter((record) => record.fresh);
  const rest = graph.parts.filter((record) => !record.fresh);
  graph.parts.splice(0, Number.POSITIVE_INFINITY);
  for (const record of fresh) record.fresh = false;
  for (const [index, record] of rest.entries()) {
    if (index === at) graph.parts.push(...fresh);
    graph.parts.push(record);
  }
}

const shapes = [doubling, doubling, chain, ladder, generator, calls];

/** A name derived from the graph so far: the same case always gives the same names. */
const fresh = (graph, index = 0) => `fuzz_${graph.parts.length}_${index}`;

function add(graph, opType, inputs, attributes = [], count = 1) {
  const outputs = Array.from({ length: count }, (_, index) => fresh(graph, index));
  graph.parts.push({
    ...message(1, [
      ...inputs.map((name) => text(1, name)),
      ...outputs.map((name) => text(2, name)),
      text(4, opType),
      ...attributes,
    ]),
    fresh: true,
  });
  return outputs[0];
}

function ints(graph, values) {
  const name = fresh(graph);
  const data = new Uint8Array(BigInt64Array.from(values).buffer);
  graph.parts.push({
    ...message(5, [int(1, values.length), int(2, 7), text(8, name), raw(9, data)]),
    fresh: true,
  });
  return name;
}

const axis = (value) => message(5, [text(1, 'axis'), int(3, value), int(20, 2)]);
const big = (dice) => BigInt(dice.pick([3, 1000, 2 ** 20, 2 ** 31, 2 ** 40, -1, 0]));

/** A list of sizes that doubles with every node. */
function doubling(graph, _, from, dice) {
  let value = dice.chance(0.5) ? add(graph, 'Shape', [from]) : ints(graph, [2n, big(dice)]);
  const opType = dice.pick(['Concat', 'Tile', 'Mul', 'Add', 'Pow', 'Expand', 'Pad']);
  for (let left = dice.spread(1, 70); left > 0; left--) {
    if (opType === 'Concat') value = add(graph, opType, [value, value], [axis(0)]);
    else if (opType === 'Tile' || opType === 'Pad')
      value = add(graph, opType, [value, ints(graph, [2n])]);
    else value = add(graph, opType, [value, value]);
  }
  return value;
}

/** Many nodes one after the other. */
function chain(graph, _, from, dice) {
  let value = from;
  const opType = dice.pick(['Identity', 'Relu', 'Shape', 'Cast', ...operators]);
  for (let left = dice.spread(1, 1500); left > 0; left--) value = add(graph, opType, [value]);
  return value;
}

/** Every value is read by all later ones: joins of joins. */
function ladder(graph, _, from, dice) {
  const values = [from];
  const opType = dice.pick(['Add', 'Concat', 'Mul']);
  for (let left = dice.spread(1, 120); left > 0; left--) {
    values.push(add(graph, opType, opType === 'Concat' ? values : values.slice(-2), [axis(1)]));
  }
  return values.at(-1);
}

/** An operator whose output is as large as its operands say. */
function generator(graph, _, from, dice) {
  const list = () =>
    ints(
      graph,
      Array.from({ length: dice.spread(1, 8) }, () => big(dice)),
    );
  const opType = dice.pick(operators);
  const inputs = Array.from({ length: dice.below(5) }, () => (dice.chance(0.3) ? from : list()));
  return add(
    graph,
    opType,
    inputs,
    dice.chance(0.5) ? [axis(dice.below(9) - 4)] : [],
    dice.spread(1, 4),
  );
}

/** Functions that call the next one twice, or themselves. */
function calls(graph, model, from, dice) {
  const depth = dice.spread(1, 40);
  const width = dice.spread(1, 8);
  const self = dice.chance(0.2);
  for (let level = 0; level < depth; level++) {
    const target = self ? 'f0' : `f${level + 1}`;
    const opType = level === depth - 1 && !self ? 'Identity' : target;
    const body = Array.from({ length: width }, () =>
      message(7, [text(1, 'x'), text(2, 'y'), text(4, opType), text(7, 'fuzz')]),
    );
    model.push(
      message(25, [text(1, `f${level}`), text(4, 'x'), text(5, 'y'), ...body, text(10, 'fuzz')]),
    );
  }
  model.push(message(8, [text(1, 'fuzz'), int(2, 1)]));
  const value = add(graph, 'f0', [from]);
  graph.parts.at(-1).parts.push(text(7, 'fuzz'));
  return value;
}
