import * as argument from '../argument.ts';
import type {
  ExternalData,
  Field,
  FunctionBody,
  Model,
  Node,
  SparseTensor,
  Tensor,
  ValueInfo,
} from '../model/model.ts';
import { inFileOrder } from '../model/sort-nodes.ts';
import { externalRange, externalTensors } from '../model/tensors.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { ByteSource } from '../wire/source.ts';

/**
 * Compares two models record by record: what was added, removed and changed, and how many records
 * are equal as bytes. Weights are compared in pieces and never held; external data is compared if
 * both models have theirs available.
 *
 * @example
 * diffModels(model, grafted).nodes.changed; // [{ name: 'y', what: ["input 1 'skip' → 'pip/skip'"] }]
 */
export function diffModels(a: Model, b: Model): ModelDiff {
  for (const model of [a, b]) argument.requireModel(model, 'diffModels');
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
  model.graph,
  model.opsetImport,
  model.metadataProps,
  model.functions,
]);
const seenInGraph: ReadonlySet<number> = new Set([
  graph.node,
  graph.initializer,
  graph.sparseInitializer,
  graph.input,
  graph.output,
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

/** Differences between two nodes that make the same value. */
function explainNode(a: Model, b: Model, before: Node, after: Node): string[] {
  const what: string[] = [];
  if (before.opType !== after.opType) what.push(`operator ${before.opType} → ${after.opType}`);
  if (before.domain !== after.domain) what.push(`domain '${before.domain}' → '${after.domain}'`);
  if (before.name !== after.name) what.push(`name '${before.name}' → '${after.name}'`);
  for (const text of explainList('input', before.inputs, after.inputs)) what.push(text);
  for (const text of explainList('output', before.outputs, after.outputs)) what.push(text);
  const names = new Set([...before.attributes.keys(), ...after.attributes.keys()]);
  for (const name of names) {
    const old = before.attributes.get(name);
    const now = after.attributes.get(name);
    if (old === undefined) what.push(`attribute '${name}' added`);
    else if (now === undefined) what.push(`attribute '${name}' removed`);
    else if (
      !sameBytes(
        { source: a.source, start: old.field.start, end: old.field.end },
        { source: b.source, start: now.field.start, end: now.field.end },
      )
    ) {
      what.push(`attribute '${name}'`);
    }
  }
  return what;
}

function explainList(kind: string, before: readonly string[], after: readonly string[]): string[] {
  if (before.length !== after.length) return [`${before.length} → ${after.length} ${kind}s`];
  return before.flatMap((name, i) =>
    name === after[i] ? [] : [`${kind} ${i} '${name}' → '${after[i]}'`],
  );
}

/** Differences between two tensors of one name. */
function explainTensor(before: Tensor | SparseTensor, after: Tensor | SparseTensor): string[] {
  const what: string[] = [];
  if (before.dataType !== after.dataType) {
    what.push(`type ${before.dataType} → ${after.dataType}`);
  }
  if (before.dims.join() !== after.dims.join()) {
    what.push(`dimensions [${before.dims.join(', ')}] → [${after.dims.join(', ')}]`);
  }
  const [old, now] = [kindOf(before), kindOf(after)];
  if (old !== now) what.push(`data ${old} → ${now}`);
  return what.length > 0 ? what : ['data'];
}

function kindOf(tensor: Tensor | SparseTensor): string {
  return 'data' in tensor ? tensor.data.kind : 'sparse';
}

/** Differences between two inputs, outputs or annotations of one name. */
function explainValue(before: ValueInfo, after: ValueInfo): string[] {
  const shape = ({ dataType, dims }: ValueInfo): string =>
    `${dataType}[${dims?.map((size) => size ?? '?').join(', ') ?? '…'}]`;
  const [old, now] = [shape(before), shape(after)];
  return old === now ? [] : [`${old} → ${now}`];
}

/** Differences between two functions of one name. */
function explainFunction(before: FunctionBody, after: FunctionBody): string[] {
  const [old, now] = [before.nodes.length, after.nodes.length];
  return old === now ? [] : [`${old} → ${now} nodes`];
}

/** Differences between two models, record by record. */
export interface ModelDiff {
  /** Whether the files are equal byte for byte, and their external data too where compared. */
  readonly identical: boolean;
  /** Matched by first output, which is unique in a graph; names are not. */
  readonly nodes: RecordDiff;
  /** Includes sparse ones. */
  readonly initializers: RecordDiff;
  readonly inputs: RecordDiff;
  readonly outputs: RecordDiff;
  readonly valueInfos: RecordDiff;
  readonly functions: RecordDiff;
  readonly metadata: RecordDiff;
  readonly opsets: RecordDiff;
  /** Everything else: producer, IR version, documentation, training info, newer fields. */
  readonly other: RecordDiff;
  /** Tensors with external data, by their place; undefined if it was not compared. */
  readonly externalData?: RecordDiff | undefined;
}

/** Differences in one kind of record. Unchanged records are equal as bytes. */
export interface RecordDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly RecordChange[];
  readonly unchanged: number;
  /** Whether records of both models are in another order. */
  readonly reordered: boolean;
}

/** A record of both models, with its differences. */
export interface RecordChange {
  readonly name: string;
  readonly what: readonly string[];
}

/** Bytes compared at once: weights are never held whole. */
const chunkBytes = 1 << 20;

/** A range of a source. */
interface ByteRange {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

/** Whether two ranges hold the same bytes. */
function sameBytes(a: ByteRange, b: ByteRange): boolean {
  const length = a.end - a.start;
  if (length !== b.end - b.start) return false;
  if (a.source === b.source && a.start === b.start) return true;
  for (let at = 0; at < length; at += chunkBytes) {
    const size = Math.min(chunkBytes, length - at);
    const left = a.source.read(a.start + at, a.start + at + size);
    const right = b.source.read(b.start + at, b.start + at + size);
    for (let i = 0; i < size; i++) if (left[i] !== right[i]) return false;
  }
  return true;
}
