import type { Links } from '../facts/links.ts';
import type { DataType } from '../model/data-type.ts';
import type { Model, Node } from '../model/model.ts';
import { dataInputs, dataOutputs, type FloatOp, floatOp, isTypeBlind } from './float-op.ts';
import { imageResidual } from './image-residual.ts';

/** Input of {@link halfNodes}. */
export interface HalfChoice {
  readonly model: Model;
  readonly links: Links;
  readonly types: ReadonlyMap<string, DataType>;
  readonly isConstant: (value: string) => boolean;
  /** Whether a constant may be float16; asked only for constants that a candidate reads. */
  readonly fits: (value: string) => boolean;
}

/** A node that may compute in float16, and how. */
interface Candidate {
  readonly node: Node;
  readonly op: FloatOp;
  /** Values that it reads in the type of its data. */
  readonly reads: readonly string[];
}

/**
 * The nodes to compute in float16, by index, and how.
 *
 * Candidates are float32 nodes of known operators. Of these, the following stay float32:
 * - the image residual;
 * - a node with a constant that does not fit float16;
 * - what is computed elementwise, or as a product of two, from a sensitive value (the rest of a
 *   norm in separate ops), with movements in between;
 * - scores: the product of two computed values that enters a softmax or is divided by lengths;
 * - a movement of float32 values that is read as float32.
 */
export function halfNodes(choice: HalfChoice): ReadonlyMap<number, FloatOp> {
  const candidates = candidatesOf(choice);
  const { model, links, types, isConstant, fits } = choice;
  const { nodes } = model.graph;
  /** Nodes whose results must not be rounded, candidates or not. */
  const wide = new Set<number>();
  const kept = new Set(imageResidual(model, links, isConstant));
  for (const node of nodes) if (isSensitive(node, types)) wide.add(node.index);
  for (const [index, { reads }] of candidates)
    if (reads.some((value) => isConstant(value) && !fits(value))) wide.add(index);

  spread(choice, candidates, wide);
  for (const index of scores(choice, candidates, wide)) kept.add(index);
  const stays = new Set([...wide, ...kept]);
  const moved = movements(choice, candidates, stays);
  const half = new Map<number, FloatOp>();
  for (const [index, { op }] of candidates)
    if (!stays.has(index) && !moved.has(index)) half.set(index, op);
  return half;
}

function candidatesOf({ model, types }: HalfChoice): ReadonlyMap<number, Candidate> {
  const found = new Map<number, Candidate>();
  for (const node of model.graph.nodes) {
    const op = floatOp(node);
    if (!op) continue;
    const reads = dataInputs(node, op).map((input) => node.inputs[input]!);
    const known = reads.map((value) => types.get(value)).filter((type) => type !== undefined);
    if (known.length > 0 && known.every((type) => type === 'float32'))
      found.set(node.index, { node, op, reads });
  }
  return found;
}

/** Adds to `wide` what is computed from it, in node order. */
function spread(
  { links, isConstant, model }: HalfChoice,
  candidates: ReadonlyMap<number, Candidate>,
  wide: Set<number>,
): void {
  const isWide = (value: string): boolean => wide.has(links.producers.get(value) ?? -1);
  const added = new Set<number>();
  for (const { index } of model.graph.nodes) {
    const candidate = candidates.get(index);
    if (!candidate) continue;
    const { op, reads } = candidate;
    const computed = reads.filter((value) => !isConstant(value));
    const fromWide =
      op.kind === 'product'
        ? computed.length > 1 && computed.every(isWide)
        : (op.kind === 'elementwise' || op.kind === 'movement') && computed.some(isWide);
    // A movement is wide for what follows; whether it stays float32 itself depends on its readers.
    if (!fromWide || wide.has(index)) continue;
    wide.add(index);
    added.add(index);
  }
  trim({ links, model }, candidates, wide, added);
}

/** Removes from `stays` the movements among `open` whose readers all are float16. */
function trim(
  { links, model }: Pick<HalfChoice, 'links' | 'model'>,
  candidates: ReadonlyMap<number, Candidate>,
  stays: Set<number>,
  open: ReadonlySet<number>,
): void {
  for (const { index } of [...model.graph.nodes].reverse()) {
    const candidate = candidates.get(index);
    if (candidate?.op.kind !== 'movement' || !open.has(index)) continue;
    if (!readAsFloat32(candidate, { links, model }, candidates, stays)) stays.delete(index);
  }
}

/** Whether anything reads a node's output as float32. */
function readAsFloat32(
  { node, op }: Candidate,
  { links, model }: Pick<HalfChoice, 'links' | 'model'>,
  candidates: ReadonlyMap<number, Candidate>,
  stays: ReadonlySet<number>,
): boolean {
  return dataOutputs(node, op).some(
    (value) =>
      links.outputs.has(value) ||
      (links.usesByValue.get(value) ?? []).some((use) => {
        const reader = model.graph.nodes[use.node]!;
        if (use.captured) return true;
        if (isTypeBlind(reader)) return false;
        const as = candidates.get(use.node);
        const data = as !== undefined && dataInputs(reader, as.op).includes(use.input);
        return !data || stays.has(use.node);
      }),
  );
}

/**
 * Products of two computed values whose differences an exponential or a division uses unscaled, and
 * the nodes in between.
 */
function scores(
  { links, isConstant, model }: HalfChoice,
  candidates: ReadonlyMap<number, Candidate>,
  wide: ReadonlySet<number>,
): ReadonlySet<number> {
  const found = new Set<number>();
  const between = new Set<number>();
  for (const node of [...model.graph.nodes].reverse()) {
    const candidate = candidates.get(node.index);
    if (!candidate || wide.has(node.index)) continue;
    const { op, reads } = candidate;
    const readers = dataOutputs(node, op)
      .flatMap((value) => links.usesByValue.get(value) ?? [])
      .map((use) => model.graph.nodes[use.node]!);
    const wanted = (reader: Node): boolean => between.has(reader.index) || isSoftmax(reader);
    if (op.kind === 'product') {
      const two = reads.filter((value) => !isConstant(value)).length > 1;
      const divided = (reader: Node): boolean =>
        wide.has(reader.index) && candidates.get(reader.index)?.op.kind === 'elementwise';
      if (two && readers.some((reader) => wanted(reader) || divided(reader))) found.add(node.index);
    } else if (readers.length === 0 || op.kind === 'other') continue;
    else if (readers.every(wanted)) {
      found.add(node.index);
      between.add(node.index);
    } else if (op.kind === 'movement' && readers.every(({ index }) => found.has(index)))
      // Cast before it is moved: then what is also read elsewhere as float32 is cast once.
      found.add(node.index);
  }
  return found;
}

/** Movements of float32 values that are read as float32. */
function movements(
  choice: HalfChoice,
  candidates: ReadonlyMap<number, Candidate>,
  stays: ReadonlySet<number>,
): ReadonlySet<number> {
  const { links, isConstant, model } = choice;
  const moved = new Set<number>();
  const isFloat32 = (value: string): boolean => {
    const maker = links.producers.get(value) ?? -1;
    return isConstant(value) || !candidates.has(maker) || stays.has(maker) || moved.has(maker);
  };
  for (const { index } of model.graph.nodes) {
    const candidate = candidates.get(index);
    if (candidate?.op.kind !== 'movement' || stays.has(index)) continue;
    if (candidate.reads.every(isFloat32)) moved.add(index);
  }
  const all = new Set([...stays, ...moved]);
  trim(choice, candidates, all, moved);
  return new Set([...moved].filter((index) => all.has(index)));
}

/** Statistics, exponentials and running sums: results too large, small or fine for float16. */
const sensitive: ReadonlySet<string> = new Set(
  'ReduceMean ReduceSum ReduceL1 ReduceL2 ReduceSumSquare ReduceProd ReduceLogSum ReduceLogSumExp CumSum Pow Sqrt Reciprocal Exp Log Softmax LogSoftmax LpNormalization Range'.split(
    ' ',
  ),
);

/**
 * Whether a node's output, and what is computed from it element by element, must stay float32.
 * Norms that are one operator stay float32 too, but their results have ordinary sizes.
 */
function isSensitive(node: Node, types: ReadonlyMap<string, DataType>): boolean {
  const { domain, opType, inputs } = node;
  if (domain !== '') return false;
  if (sensitive.has(opType)) return true;
  // A square may exceed 65504, or vanish, where its root does not.
  if (opType === 'Mul') return inputs[0] === inputs[1];
  // Counts and sizes: float16 is exact up to 2048 only.
  if (opType !== 'Cast') return false;
  const from = types.get(inputs[0] ?? '');
  return from === undefined || !/float|bool/.test(from);
}

/** Whether a node takes exponentials of its input, so that absolute differences in it matter. */
function isSoftmax({ domain, opType }: Node): boolean {
  return domain === '' && (opType === 'Softmax' || opType === 'LogSoftmax' || opType === 'Exp');
}
