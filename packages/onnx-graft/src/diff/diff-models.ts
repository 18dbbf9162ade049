import type { Field, Model, SparseTensor, Tensor } from '../model/model.ts';
import { inFileOrder } from '../model/sort-nodes.ts';
import { onnx } from '../wire/onnx-fields.ts';
import { compareExternal } from './compare-external.ts';
import { compareRecords, type Records } from './compare-records.ts';
import { explainFunction, explainNode, explainTensor, explainValue } from './explain.ts';
import type { ModelDiff, RecordDiff } from './model-diff.ts';
import { sameBytes } from './same-bytes.ts';

/**
 * How two models differ, record by record: what was added, removed and changed, and how many
 * records are equal as bytes. Weights are compared in pieces and never held; external data is compared
 * where both models have theirs at hand.
 *
 * @example
 * diffModels(model, grafted).nodes.changed; // [{ name: 'y', what: ["input 1 'skip' → 'pip/skip'"] }]
 */
export function diffModels(a: Model, b: Model): ModelDiff {
  const records = <T extends { readonly field: Field }>(
    of: (model: Model) => readonly T[],
    nameOf: (record: T) => string,
    explain: (before: T, after: T) => readonly string[],
  ): RecordDiff => {
    const listed = (model: Model): Records<T> => ({
      source: model.source,
      list: of(model).map((record) => ({ name: nameOf(record), field: record.field, record })),
    });
    return compareRecords(listed(a), listed(b), explain);
  };
  const named = ({ name }: { readonly name: string }): string => name;
  const whole = ({ source }: Model) => ({ source, start: 0, end: source.size });
  const externalData = compareExternal(a, b);
  return {
    identical:
      sameBytes(whole(a), whole(b)) &&
      (externalData === undefined || externalData.changed.length === 0),
    nodes: records(
      ({ graph }) => inFileOrder(graph.nodes),
      (node) => node.outputs.find((name) => name !== '') ?? node.name,
      (before, after) => explainNode(a, b, before, after),
    ),
    initializers: records(
      ({ graph }): (Tensor | SparseTensor)[] => [
        ...graph.initializers,
        ...graph.sparseInitializers,
      ],
      named,
      explainTensor,
    ),
    inputs: records(({ graph }) => graph.inputs, named, explainValue),
    outputs: records(({ graph }) => graph.outputs, named, explainValue),
    valueInfos: records(({ graph }) => graph.valueInfos, named, explainValue),
    functions: records(
      ({ functions }) => functions,
      ({ domain, name }) => `${domain}:${name}`,
      explainFunction,
    ),
    metadata: compareMaps(a.metadata, b.metadata),
    opsets: compareMaps(a.opsets, b.opsets),
    other: records(otherRecords, named, () => []),
    ...(externalData && { externalData }),
  };
}

function compareMaps(
  a: ReadonlyMap<string, string | number>,
  b: ReadonlyMap<string, string | number>,
): RecordDiff {
  const changed = [...a].flatMap(([name, old]) => {
    const now = b.get(name);
    return now === undefined || now === old ? [] : [{ name, what: [`${old} → ${now}`] }];
  });
  const kept = [...a.keys()].filter((name) => b.has(name));
  return {
    added: [...b.keys()].filter((name) => !a.has(name)),
    removed: [...a.keys()].filter((name) => !b.has(name)),
    changed,
    unchanged: kept.length - changed.length,
    reordered: kept.join('\n') !== [...b.keys()].filter((name) => a.has(name)).join('\n'),
  };
}

const model = onnx.ModelProto;
const graph = onnx.GraphProto;

const seenInModel: ReadonlySet<number> = new Set([
  ...[model.graph, model.opsetImport, model.metadataProps, model.functions],
]);
const seenInGraph: ReadonlySet<number> = new Set([
  ...[graph.node, graph.initializer, graph.sparseInitializer, graph.input, graph.output],
  graph.valueInfo,
]);

/** Names of fields as onnx.proto writes them. */
const namesOf = (fields: Readonly<Record<string, number>>): ReadonlyMap<number, string> =>
  new Map(
    Object.entries(fields).map(([name, number]) => [
      number,
      name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`),
    ]),
  );
const modelNames = namesOf(model);
const graphNames = namesOf(graph);

function otherRecords(model: Model): { name: string; field: Field }[] {
  const inModel = model.fields.filter(({ number }) => !seenInModel.has(number));
  const inGraph = model.graph.fields.filter(({ number }) => !seenInGraph.has(number));
  return [
    ...inModel.map((field) => ({
      name: modelNames.get(field.number) ?? `field ${field.number}`,
      field,
    })),
    ...inGraph.map((field) => ({
      name: `graph.${graphNames.get(field.number) ?? `field ${field.number}`}`,
      field,
    })),
  ];
}
