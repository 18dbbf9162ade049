import type { Field, Model } from '../model/model.ts';
import { graphField } from '../model/read-graph.ts';
import { modelField } from '../model/read-model.ts';
import { compareRecords, type Records } from './compare-records.ts';
import { explainFunction, explainNode, explainTensor, explainValue } from './explain.ts';
import type { ModelDiff, RecordDiff } from './model-diff.ts';
import { sameBytes } from './same-bytes.ts';

/**
 * How two models differ, record by record: what was added, removed and changed, and how many
 * records are equal as bytes. Weights are compared in pieces and never held.
 *
 * @example
 * diffModels(host, grafted).nodes.changed; // [{ name: 'y', what: ["input 1 'skip' → 'pip/skip'"] }]
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
  return {
    identical: sameBytes(whole(a), whole(b)),
    nodes: records(
      ({ graph }) => graph.nodes,
      (node) => node.outputs.find((name) => name !== '') ?? node.name,
      (before, after) => explainNode(a, b, before, after),
    ),
    initializers: records(({ graph }) => graph.initializers, named, explainTensor),
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

const seenInModel: ReadonlySet<number> = new Set([
  ...[modelField.graph, modelField.opsetImport, modelField.metadata, modelField.function],
]);
const seenInGraph: ReadonlySet<number> = new Set([
  ...[graphField.node, graphField.initializer, graphField.input, graphField.output],
  graphField.valueInfo,
]);

/** Names of the fields that are compared as bytes only (onnx.proto). */
const modelNames: Readonly<Record<number, string>> = {
  1: 'ir_version',
  2: 'producer_name',
  3: 'producer_version',
  4: 'domain',
  5: 'model_version',
  6: 'doc_string',
  20: 'training_info',
};
const graphNames: Readonly<Record<number, string>> = {
  2: 'graph.name',
  10: 'graph.doc_string',
  14: 'graph.quantization_annotation',
  15: 'graph.sparse_initializer',
  16: 'graph.metadata_props',
};

function otherRecords(model: Model): { name: string; field: Field }[] {
  const inModel = model.fields.filter(({ number }) => !seenInModel.has(number));
  const inGraph = model.graph.fields.filter(({ number }) => !seenInGraph.has(number));
  return [
    ...inModel.map((field) => ({
      name: modelNames[field.number] ?? `field ${field.number}`,
      field,
    })),
    ...inGraph.map((field) => ({
      name: graphNames[field.number] ?? `graph.field ${field.number}`,
      field,
    })),
  ];
}
