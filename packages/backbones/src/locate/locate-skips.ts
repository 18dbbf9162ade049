import { type GraphFacts, graphFacts, type Model, type SkipSite } from '@pip-graft/onnx-graft';
import { weightBehind } from '../recognise/nodes-behind.ts';
import { recognise } from '../recognise/recognise.ts';
import { promptsOf } from '../recognise/structure.ts';
import { chooseSkips, imageResidual, type Skip } from './choose-skips.ts';
import { besideImage, extentOf, imageTensorsOf, whyUnclear } from './image-tensors.ts';
import { joinsOf, meetingsOf, type Operand } from './join.ts';
import type { Located } from './located.ts';
import { sizeMultipleOf } from './size-multiple.ts';
import { liveNodes, type Trails, trailsOf } from './trail.ts';
import { imageValues } from './values/image-values.ts';
import { fileWarnings, imageWarnings } from './warnings.ts';
import { networksInside, whyNone } from './why-none.ts';

/**
 * Locates the skip connections of an image network by structure alone: values that meet, at equal
 * resolution, others that went down from their level and came up again. Names do not matter.
 *
 * A model without any gives an empty list, and a reason for every candidate; never throws.
 * `channels`, `scale` and `layout` are those of the value that the merge reads.
 *
 * @example
 * const { family, sites } = locateSkips(model);
 * sites.map(({ level, channels }) => [level, channels]); // [[1, 48], [2, 96], [3, 192]]
 */
export function locateSkips(model: Model, facts: GraphFacts = graphFacts(model)): Located {
  const trails = trailsOf(facts);
  const tensors = imageTensorsOf(facts, trails);
  const shown = tensors && imageValues(facts, tensors);
  const image = tensors &&
    shown && {
      ...tensors,
      ...shown,
      unfit: whyUnclear(model) ?? shown.unfit,
      beside: besideImage(model, tensors.input),
    };
  const nothing = {
    family: 'unknown',
    confidence: 0,
    sites: [],
    warnings: [],
    fileWarnings: [],
  } as const;
  if (image === undefined) {
    const rejected = model.graph.inputs.map((input) => ({
      value: input.name,
      reason: `not an image: ${whyNotImage(input)}`,
    }));
    return { ...nothing, rejected, sizeMultiple: 1, image };
  }
  const empty = facts.model.graph.inputs.find(({ name }) => name === image.input)?.dims;
  if (empty?.includes(0)) {
    const reason = `its size is [${empty.map((size) => size ?? '?').join(', ')}], and a size of 0 takes no image; export the model with the batch and sizes left open, or as numbers above 0`;
    return { ...nothing, rejected: [{ value: image.input, reason }], sizeMultiple: 1, image };
  }
  const live = liveNodes(facts);
  const joins = joinsOf(facts, trails);
  const { skips, rejected } = chooseSkips(
    facts,
    trails,
    joins.filter(({ node }) => live.has(node.index)),
  );
  const dead = chooseSkips(
    facts,
    trails,
    joins.filter(({ node }) => !live.has(node.index)),
  ).skips.map(({ join, skip }) => ({
    value: skip.value,
    reason: `a skip connection of a dead branch: no output of the model depends on '${join.node.name || join.node.outputs[0]}', where it joins`,
  }));
  const unusable = skips.flatMap(({ skip }) => {
    const reason = layoutProblem(facts, trails, skip);
    return reason === undefined ? [] : [{ value: skip.value, reason }];
  });
  const refused = new Set(unusable.map(({ value }) => value));
  const sites = toSites(
    facts,
    trails,
    skips.filter(({ skip }) => !refused.has(skip.value)),
  );
  const prompts = promptsOf(facts).map(({ value, node }) => ({
    value,
    reason: `a prompt of the network's own, made from weights (concat at '${node.name || node.outputs[0]}')`,
  }));
  const meetings = meetingsOf(facts, trails, live);
  const candidates = [...unusable, ...dead, ...meetings, ...prompts, ...rejected];
  const other = candidates.filter(({ reason }) => !reason.startsWith(imageResidual));
  const inside = networksInside(model);
  const isSaid = (sites.length > 0 && image.output !== undefined) || inside.length > 0;
  const none = isSaid ? [] : whyNone(facts, image, other.length > 0);
  const { family, confidence } = recognise(facts, sites);
  const ofFile = fileWarnings(facts);
  let multiple: number | undefined;
  return {
    family,
    confidence,
    sites,
    rejected: [...inside, ...candidates, ...none],
    warnings: [...ofFile, ...imageWarnings(image)],
    fileWarnings: ofFile,
    image,
    // Computed on demand: trying sizes takes as long as everything before.
    get sizeMultiple() {
      multiple ??= sizeMultipleOf(facts, image, trails.deepest);
      return multiple;
    },
  };
}

function whyNotImage({ dims, dataType }: Model['graph']['inputs'][number]): string {
  if (dims?.length === 4)
    return `its numbers are ${dataType ?? 'of no known type'}; images are float32, float16 or uint8`;
  const found = dims
    ? `its shape is [${dims.map((size) => size ?? '?').join(', ')}]`
    : 'its shape is not known';
  const advice =
    dims?.length === 3
      ? '; export the model with a batch'
      : dims?.length === 5
        ? '; export the model for one frame at a time'
        : '';
  return `${found}, and an input of rank 4 (batch, channels, rows, columns) is needed${advice}`;
}

/** Reason why a skip feature cannot be converted to NCHW for the module and back. */
function layoutProblem(
  facts: GraphFacts,
  trails: Trails,
  { value, feature }: Operand,
): string | undefined {
  if (feature.layout !== 'tokens') return undefined;
  if (feature.channelAxis === 1) {
    return 'a skip connection, but laid out as (N, C, H·W); (N, H·W, C), NHWC and NCHW can be grafted';
  }
  if (feature.isTokensFirst) {
    return 'a skip connection, but laid out as (H·W, N, C); (N, H·W, C), which batch_first=True gives, NHWC and NCHW can be grafted';
  }
  if (extentOf(facts, trails, value) !== undefined) return undefined;
  return 'a skip connection, but laid out as rows of tokens, and no value before it has their height and width';
}

function toSites(facts: GraphFacts, trails: Trails, skips: readonly Skip[]): SkipSite[] {
  const sorted = [...skips].sort(
    (a, b) => a.join.scale - b.join.scale || a.join.node.index - b.join.node.index,
  );
  const levels = sorted.map(({ join }) => 1 + Math.round(Math.log2(join.scale)));
  // Cascades have several sites of one scale: their levels are then just numbers.
  const isOnce = new Set(levels).size === levels.length;
  const calls = isOnce ? undefined : callsOf(facts, sorted);
  const unique = isOnce || calls !== undefined;
  return sorted.map(({ join, skip, up }, i) => {
    const { node } = join;
    const uses = node.inputs.flatMap((name, input) =>
      name === skip.value ? [{ node: node.index, input }] : [],
    );
    const { layout } = skip.feature;
    const extent = layout === 'tokens' ? extentOf(facts, trails, skip.value) : undefined;
    const also = facts.uses(skip.value).length - uses.length;
    return {
      value: skip.value,
      uses,
      level: unique ? levels[i]! : i + 1,
      channels: skip.feature.channels,
      layout,
      ...(extent === undefined ? {} : { extent }),
      scale: join.scale,
      join: join.kind,
      consumer: node.name || node.outputs[0]!,
      evidence: [
        `joined by ${node.opType} with '${up.value}', which came up from a lower resolution`,
        ...(calls
          ? [
              `in call ${calls[i]} of the network, which the model applies ${Math.max(...calls)} times`,
            ]
          : []),
        ...(unique
          ? []
          : [`in U-Net ${networkOf(sorted, i)} of the model, counted from the image`]),
        also > 0 ? `also read by ${also} other node(s), on the way down` : 'read by the join only',
      ],
    };
  });
}

/** Network of a cascade that a site belongs to: the n-th site of its resolution, network n. */
function networkOf(sorted: readonly Skip[], index: number): number {
  const { scale } = sorted[index]!.join;
  return sorted.slice(0, index + 1).filter(({ join }) => join.scale === scale).length;
}

/**
 * The network call of each skip connection, from 1, if a model applies one network several times,
 * as ensembles over flips do: the skips of one resolution then come from layers that read one
 * weight. undefined otherwise: different networks in a row have different weights.
 */
function callsOf(facts: GraphFacts, skips: readonly Skip[]): readonly number[] | undefined {
  const counts = new Map<string, number>();
  const byScale = new Map<number, Set<string>>();
  const calls = skips.map(({ join, skip }) => {
    const key = `${join.scale} ${join.kind} ${skip.feature.channels} ${weightBehind(facts, skip.value)}`;
    byScale.set(join.scale, (byScale.get(join.scale) ?? new Set()).add(key));
    const call = (counts.get(key) ?? 0) + 1;
    counts.set(key, call);
    return call;
  });
  const isOne = [...byScale.values()].every((keys) => keys.size === 1);
  const [first, ...others] = counts.values();
  return isOne && others.every((count) => count === first) ? calls : undefined;
}
