import { requireModel } from '../argument.ts';
import type { NodeSpec } from '../author/spec.ts';
import { NameScope } from '../edit/name-scope.ts';
import { GraftError } from '../error.ts';
import type { Links } from '../facts/links.ts';
import { type DataType, dataTypeCode, dataTypeOf } from '../model/data-type.ts';
import type { Model, Node } from '../model/model.ts';
import {
  dataInputs,
  dataOutputs,
  type FloatConstant,
  type FloatOp,
  floatOp,
  isTypeBlind,
} from './float-op.ts';

/** New names of a node's inputs and outputs, by position. */
export interface Renamed {
  readonly inputs: Map<number, string>;
  readonly outputs: Map<number, string>;
}

/** A Cast, and the node it follows; -1 puts it first. */
export interface PlacedCast {
  readonly after: number;
  readonly node: NodeSpec;
}

/** The edits that make the chosen nodes compute in float16; plain data. */
export interface PrecisionPlan {
  readonly renamed: ReadonlyMap<number, Renamed>;
  readonly casts: readonly PlacedCast[];
  /** Values that become float16 and keep their names. */
  readonly halved: ReadonlySet<string>;
  /** Constants converted to float16 in place. */
  readonly converted: readonly FloatConstant[];
  /** Constants needed as float16 in addition, by the new name. */
  readonly copies: ReadonlyMap<string, FloatConstant>;
  /** Constant nodes that are no longer read. */
  readonly dropped: readonly Node[];
}

/** Names the forms of every value: one Cast or copy per value and type, however many read it. */
export function planPrecision(
  model: Model,
  links: Links,
  half: ReadonlyMap<number, FloatOp>,
  constants: ReadonlyMap<string, FloatConstant>,
): PrecisionPlan {
  const { nodes } = model.graph;
  const names = new NameScope(model);
  const casts: PlacedCast[] = [];
  const renamed = new Map<number, Renamed>();
  const forms = new Map<string, string>();
  const uses = (value: string) => links.usesByValue.get(value) ?? [];
  /** Read under its name by a caller or by a body, which are not edited. */
  const pinned = (value: string): boolean =>
    links.outputs.has(value) || uses(value).some(({ captured }) => captured);
  const readsHalf = (node: number, input: number): boolean => {
    const op = half.get(node);
    return op !== undefined && dataInputs(nodes[node]!, op).includes(input);
  };
  const renameOf = (node: number): Renamed => {
    const found = renamed.get(node) ?? { inputs: new Map(), outputs: new Map() };
    renamed.set(node, found);
    return found;
  };
  const cast = (from: string, value: string, type: 'float16' | 'float32', to: string): void => {
    const name = names.take(`${value}/to_${type}`);
    const attributes = { to: { int: dataTypeCode(type) } };
    const node = { name, opType: 'Cast', domain: '', inputs: [from], outputs: [to], attributes };
    casts.push({ after: links.producers.get(value) ?? -1, node });
  };

  /** Values made as float16, and their names. */
  const made = new Map<string, string>();
  const halved = new Set<string>();
  for (const [index, op] of half) {
    const node = nodes[index]!;
    for (const value of dataOutputs(node, op)) {
      if (!pinned(value)) {
        made.set(value, value);
        halved.add(value);
        continue;
      }
      const name = names.take(`${value}/float16`);
      made.set(value, name);
      renameOf(index).outputs.set(node.outputs.indexOf(value), name);
      cast(name, value, 'float32', value);
    }
  }

  const converted: FloatConstant[] = [];
  const copies = new Map<string, FloatConstant>();
  const dropped: Node[] = [];
  const halfConstant = (constant: FloatConstant): string => {
    const { name, node } = constant;
    const others = uses(name).filter((use) => use.captured || !readsHalf(use.node, use.input));
    const blind = others.filter((use) => !use.captured && isTypeBlind(nodes[use.node]!));
    if (node === undefined && !pinned(name) && others.length === blind.length) {
      converted.push(constant);
      halved.add(name);
      return name;
    }
    if (node !== undefined && !pinned(name) && others.length === 0) dropped.push(node);
    const copy = names.take(`${name}/float16`);
    copies.set(copy, constant);
    return copy;
  };
  const halfForm = (value: string): string => {
    const constant = constants.get(value);
    if (constant) return halfConstant(constant);
    const name = names.take(`${value}/float16`);
    cast(value, value, 'float16', name);
    return name;
  };
  const wideForm = (value: string): string => {
    const name = names.take(`${value}/float32`);
    cast(value, value, 'float32', name);
    return name;
  };
  const formOf = (value: string, type: 'float16' | 'float32'): string => {
    const key = `${type} ${value}`;
    const name = forms.get(key) ?? (type === 'float16' ? halfForm(value) : wideForm(value));
    forms.set(key, name);
    return name;
  };
  for (const node of nodes) {
    node.inputs.forEach((value, input) => {
      let name = value;
      if (readsHalf(node.index, input)) name = made.get(value) ?? formOf(value, 'float16');
      else if (made.get(value) === value && !isTypeBlind(node)) name = formOf(value, 'float32');
      if (name !== value) renameOf(node.index).inputs.set(input, name);
    });
  }
  return { renamed, casts, halved, converted, copies, dropped };
}

const quantised = /^(Dynamic)?QuantizeLinear$|^DequantizeLinear$|^QLinear|^QGemm$|Integer$/;

/** Throws `UNSUPPORTED_HOST` for a model that is quantised or has nothing to convert to float16. */
export function refuseUnconvertible(
  model: Model,
  types: ReadonlyMap<string, DataType>,
  half: ReadonlyMap<number, FloatOp>,
): void {
  const { nodes } = model.graph;
  const refuse = (why: string): never => {
    throw new GraftError('UNSUPPORTED_HOST', `${model.source.label}: ${why}`);
  };
  const quantising = nodes.find(({ opType }) => quantised.test(opType));
  if (quantising) {
    refuse(
      `it is quantised ('${quantising.opType}'): its weights are smaller than float16 already, and float16 would move what was calibrated; convert the float32 model it was made from.`,
    );
  }
  if ([...half.values()].some(({ kind }) => kind === 'product')) return;
  for (const node of nodes) {
    const op = floatOp(node);
    if (op?.kind !== 'product') continue;
    const found = dataInputs(node, op).map((input) => types.get(node.inputs[input]!));
    const type = found.find((each) => each === 'float16' || each === 'bfloat16');
    if (type) refuse(`it computes in ${type} already; there is nothing to convert.`);
  }
  const inside = layersLeftWide(model);
  if (inside !== undefined) refuse(`its ${inside}.`);
  if (half.size === 0) {
    refuse(
      'nothing in it can become float16: no layer of a known operator computes in float32 outside norms, softmax and the image residual.',
    );
  }
}

/**
 * Why layers in functions and in bodies of nodes stay float32 when a model is converted to float16;
 * undefined if none are there.
 */
export function layersLeftWide(model: Model): string | undefined {
  requireModel(model, 'layersLeftWide');
  const { graph, functions } = model;
  const isProduct = (node: Node) => floatOp(node)?.kind === 'product';
  const holdsLayer = (nodes: readonly Node[]): boolean =>
    nodes.some((node) => isProduct(node) || node.subgraphs.some((body) => holdsLayer(body.nodes)));
  const around = graph.nodes.find(({ subgraphs }) =>
    subgraphs.some(({ nodes }) => holdsLayer(nodes)),
  );
  if (around) {
    const name = around.name === '' ? '' : ` '${around.name}'`;
    return `layers are in a body of node${name} (${around.opType}), and only those of the main graph can become float16; export the model without control flow, by tracing instead of scripting`;
  }
  const body = functions.find(({ nodes }) => holdsLayer(nodes));
  return (
    body &&
    `layers are in the model's function '${body.domain}:${body.name}', and only those of the main graph can become float16; inline its functions, with \`onnx.inliner.inline_local_functions\``
  );
}

/** Operators that stay float32 and whose first output has the type of their first input. */
const keepsType: ReadonlySet<string> = new Set(
  'ReduceMean ReduceSum ReduceL1 ReduceL2 ReduceSumSquare ReduceProd ReduceLogSum ReduceLogSumExp CumSum Pow Sqrt Reciprocal Exp Log Softmax LogSoftmax LpNormalization LayerNormalization RMSNormalization InstanceNormalization GroupNormalization BatchNormalization MeanVarianceNormalization LRN Softplus Softsign Mish ThresholdedRelu Floor Ceil Round Sign Sin Cos Mod GridSample TopK'.split(
    ' ',
  ),
);

/** Element types of a model's main graph, as far as records and known operators tell. */
export function valueTypes(model: Model): ReadonlyMap<string, DataType> {
  const { graph } = model;
  const types = new Map<string, DataType>();
  for (const { name, dataType } of [
    ...graph.valueInfos,
    ...graph.outputs,
    ...graph.inputs,
    ...graph.initializers,
    ...graph.sparseInitializers,
  ])
    if (dataType !== undefined) types.set(name, dataType);
  for (const node of graph.nodes) {
    const op = floatOp(node);
    if (op) {
      const type = dataInputs(node, op)
        .map((input) => types.get(node.inputs[input]!))
        .find((found) => found !== undefined);
      if (type !== undefined) for (const name of dataOutputs(node, op)) types.set(name, type);
    } else if (node.domain === '') {
      const type = ownType(node, types);
      const [name] = node.outputs;
      if (type !== undefined && name) types.set(name, type);
    }
  }
  return types;
}

function ownType(node: Node, types: ReadonlyMap<string, DataType>): DataType | undefined {
  const { opType, attributes, inputs } = node;
  if (opType === 'Shape' || opType === 'Size') return 'int64';
  if (opType === 'Cast') return dataTypeOf(attributes.get('to')?.int ?? 0);
  if (opType === 'ConstantOfShape') return attributes.get('value')?.tensor?.dataType ?? 'float32';
  if (opType === 'Constant') {
    if (attributes.has('value_float') || attributes.has('value_floats')) return 'float32';
    if (attributes.has('value_int') || attributes.has('value_ints')) return 'int64';
    const { tensor, sparseTensors } =
      attributes.get('value') ?? attributes.get('sparse_value') ?? {};
    return tensor?.dataType ?? sparseTensors?.[0]?.dataType;
  }
  return keepsType.has(opType) || opType === 'Range' ? types.get(inputs[0] ?? '') : undefined;
}
