import { externalRange, externalTensors } from '../model/external-tensors.ts';
import type { ExternalData, Field, Model, SparseTensor, Tensor } from '../model/model.ts';
import { inFileOrder } from '../model/sort-nodes.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { ByteSource } from '../wire/source.ts';
import { explainFunction, explainNode, explainTensor, explainValue } from './explain.ts';
import {
  type ByteRange,
  type ModelDiff,
  type RecordChange,
  type RecordDiff,
  sameBytes,
} from './model-diff.ts';

/**
 * Compares two models record by record: what was added, removed and changed, and how many records
 * are equal as bytes. Weights are compared in pieces and never held; external data is compared if
 * both models have theirs available.
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

/**
 * Compares the external data of two models, tensor by tensor, matched by place. Undefined if the
 * data of one is not available.
 */
function compareExternal(a: Model, b: Model): RecordDiff | undefined {
  if (!a.external || !b.external) return undefined;
  const before = rangesOf(a, a.external);
  const after = rangesOf(b, b.external);
  const kept = [...before].filter(([name]) => after.has(name));
  const changed = kept.filter(([name, range]) => !sameBytes(range, after.get(name)!));
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: changed.map(([name]) => ({ name, what: ['bytes'] })),
    unchanged: kept.length - changed.length,
    reordered: false,
  };
}

/** The bytes of each tensor; tensors that share a place, as in a list, are numbered. */
function rangesOf(model: Model, external: ExternalData): ReadonlyMap<string, ByteRange> {
  const found = new Map<string, ByteRange>();
  const times = new Map<string, number>();
  for (const tensor of externalTensors(model)) {
    const place = tensor.place();
    let name: string;
    // A tensor may have a name that looks like a number of another.
    do {
      const count = (times.get(place) ?? 0) + 1;
      times.set(place, count);
      name = count === 1 ? place : `${place} (${count})`;
    } while (found.has(name));
    found.set(name, externalRange(tensor, external.read(tensor.data.location)));
  }
  return found;
}

/** Records of one kind, in file order, each under the name used to match it. */
interface Records<T> {
  readonly source: ByteSource;
  readonly list: readonly { readonly name: string; readonly field: Field; readonly record: T }[];
}

/** Matches records by name and compares each pair as bytes; `explain` describes the difference. */
function compareRecords<T>(
  a: Records<T>,
  b: Records<T>,
  explain: (before: T, after: T) => readonly string[],
): RecordDiff {
  const before = keyed(a.list);
  const after = keyed(b.list);
  const changed: RecordChange[] = [];
  let unchanged = 0;
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now === undefined) continue;
    const left = { source: a.source, start: old.field.start, end: old.field.end };
    if (sameBytes(left, { source: b.source, start: now.field.start, end: now.field.end })) {
      unchanged++;
      continue;
    }
    const what = explain(old.record, now.record);
    changed.push({ name, what: what.length > 0 ? what : ['bytes'] });
  }
  const kept = [...before.keys()].filter((name) => after.has(name));
  const keptAfter = [...after.keys()].filter((name) => before.has(name));
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed,
    unchanged,
    reordered: kept.some((name, i) => name !== keptAfter[i]),
  };
}

/** Repeated names are numbered, so that no record is lost. */
function keyed<T extends { readonly name: string }>(list: readonly T[]): Map<string, T> {
  const found = new Map<string, T>();
  const times = new Map<string, number>();
  for (const item of list) {
    const count = (times.get(item.name) ?? 0) + 1;
    times.set(item.name, count);
    found.set(count === 1 ? item.name : `${item.name} (${count})`, item);
  }
  return found;
}
