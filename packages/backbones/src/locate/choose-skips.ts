import type { GraphFacts, RejectedSite } from '@pip-graft/onnx-graft';
import type { Join, Operand } from './join.ts';
import { came, type Trails } from './trail.ts';
import { endsInOutput, isImageCopy, isLeftTowards, onlyGates } from './walk.ts';

/** A join of a skip connection: the value from below, and the encoder's value that meets it. */
export interface Skip {
  readonly join: Join;
  readonly up: Operand;
  readonly skip: Operand;
}

/** Opens the reason of a sum with the image, which says nothing about skip connections. */
export const imageResidual = 'image residual';

/** Joins sorted into skip connections and the rest, with a reason for each rejected one. */
export interface ChosenSkips {
  readonly skips: readonly Skip[];
  readonly rejected: readonly RejectedSite[];
}

/**
 * Separates skip connections from other joins. At a skip connection one side comes only from a
 * lower resolution and the other side comes from the image, at the level from which the first side
 * went down.
 */
export function chooseSkips(
  facts: GraphFacts,
  trails: Trails,
  joins: readonly Join[],
): ChosenSkips {
  const rejected: RejectedSite[] = [];
  const candidates = joins.flatMap((join): Skip[] => {
    // Gates multiply halves of one feature map everywhere, and normalisation subtracts means: only
    // those with a side from below count.
    if (isCommon(join) && !join.operands.some((one) => one.came === came.up)) return [];
    const found = candidate(facts, trails, join);
    if (!('reason' in found)) return [found];
    rejected.push(found);
    return [];
  });
  const skips = withoutFeeders(facts, withoutLate(facts, candidates, rejected), rejected);
  for (const { join, up, skip } of skips) {
    for (const { value } of join.operands) {
      if (value === up.value || value === skip.value) continue;
      rejected.push({
        value,
        reason: `it joins at the same node as '${skip.value}', which is taken`,
      });
    }
  }
  return { skips, rejected };
}

function isCommon({ kind, node }: Join): boolean {
  return kind === 'mul' || node.opType === 'Sub';
}

/**
 * Drops joins of values that were already joined with their skip connection: heads that combine the
 * levels of a pyramid, and what is added after a weighted sum of both sides.
 */
function withoutLate(
  facts: GraphFacts,
  candidates: readonly Skip[],
  rejected: RejectedSite[],
): Skip[] {
  const joins = candidates.map(({ join }) => join.node.index);
  const first = candidates
    .filter(({ skip }) => skip.came === came.down)
    .map(({ join, up, skip }) => {
      const before = facts.ancestors(up.value);
      return { at: join.node.index, up, skip, joinedBelow: joins.some((at) => before.has(at)) };
    });
  return candidates.filter(({ join, up, skip }) => {
    if (skip.came === came.down) return true;
    const side = facts.ancestors(skip.value);
    const below = facts.ancestors(up.value);
    const earlier = first.find(
      (one) =>
        side.has(one.at) && !below.has(one.at) && (one.up.value === up.value || one.joinedBelow),
    );
    if (earlier === undefined) return true;
    const place = `'${join.node.name || join.node.outputs[0]}'`;
    const reason = `long residual: it has met what came up before, at the skip connection '${earlier.skip.value}' (${join.kind} at ${place})`;
    rejected.push({ value: skip.value, reason });
    return false;
  });
}

/**
 * Drops joins that only prepare another skip connection, such as gates, fusions of levels and the
 * inner joins of nested networks: they lead to its other operands, not to the value from below.
 */
function withoutFeeders(
  facts: GraphFacts,
  candidates: readonly Skip[],
  rejected: RejectedSite[],
): Skip[] {
  const behind = candidates.map(({ join, up, skip }) => ({
    join,
    skip,
    up: facts.ancestors(up.value),
    sides: join.operands
      .filter(({ value }) => value !== up.value)
      .map(({ value }) => facts.ancestors(value)),
  }));
  return candidates.filter(({ join, skip }) => {
    const at = join.node.index;
    const final = behind.find(
      (other) =>
        other.join !== join && !other.up.has(at) && other.sides.some((side) => side.has(at)),
    );
    if (final === undefined) return true;
    const reason = `it is on the way to the skip connection '${final.skip.value}', which is taken instead`;
    rejected.push({ value: skip.value, reason });
    return false;
  });
}

function candidate(facts: GraphFacts, trails: Trails, join: Join): Skip | RejectedSite {
  const { operands, node } = join;
  const ups = operands.filter((operand) => operand.came === came.up);
  const others = operands.filter((operand) => operand.came !== came.up);
  const place = `'${node.name || node.outputs[0]}'`;
  const image = others.find(({ value }) => isImageCopy(facts, trails, value));
  const encoder = others.filter((operand) => operand.came === came.down);
  const skip = encoder.at(-1) ?? others.at(-1);
  const refuse = (operand: Operand | undefined, reason: string): RejectedSite => ({
    value: (operand ?? operands[0]!).value,
    reason: `${reason} (${join.kind} at ${place})`,
  });
  if (image !== undefined) return refuse(image, `${imageResidual}: it is the input image itself`);
  const up = ups[0];
  if (up === undefined) {
    const mixed = operands.some((operand) => operand.came === (came.up | came.down));
    const long = mixed && encoder.length > 0;
    return refuse(
      skip,
      long
        ? 'long residual: this level has been joined before'
        : 'local residual: neither side comes fresh from a lower resolution',
    );
  }
  if (skip === undefined) return refuse(up, 'inside the decoder: all sides came up from below');
  if (endsInOutput(facts, node)) {
    return refuse(skip, 'it is added to the output image, after the last layer');
  }
  if (onlyGates(facts, trails, node)) {
    return refuse(skip, 'spatial attention: the join only makes a gate');
  }
  if (!isLeftTowards(facts, trails, skip.value, up.value)) {
    return refuse(
      skip,
      'it comes from another branch: what came up did not go down from its level',
    );
  }
  if (!(Number.isInteger(skip.feature.channels) && skip.feature.channels >= 1)) {
    return refuse(skip, 'its number of channels is not known');
  }
  return { join, up, skip };
}
