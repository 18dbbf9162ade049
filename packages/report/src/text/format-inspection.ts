import type { Backbone } from '@pip-graft/backbones';
import type { ImageSide, ImageValues } from '@pip-graft/onnx-graft';
import { laddersOf } from '../ladder.ts';
import type { Expectation, Inspection } from './inspection.ts';
import { oneLine, table } from './lines.ts';

/** Describes a network's sizes in a few words. */
export function describeSizes({ family, config }: Backbone): string {
  if (family === 'nafnet') {
    const { width, encoder, middle, decoder, local } = config;
    const window = local ? `, local for ${local.join('x')}` : '';
    return `width ${width}, blocks ${encoder.join(',')} / ${middle} / ${decoder.join(',')}${window}`;
  }
  if (family === 'unet') {
    const { widths, encoder, middle, decoder, light } = config;
    return `widths ${widths.join(',')}, blocks ${encoder.join(',')} / ${middle} / ${decoder.join(',')}${light ? ', light path' : ''}`;
  }
  const trunk = family === 'promptir' ? config.trunk : config;
  const { dim, blocks, refinement, heads, expansion, inChannels } = trunk;
  const variants = [
    ...(inChannels === 1 ? ['grey'] : []),
    ...(trunk.dualPixel ? ['dual pixel'] : []),
    ...(trunk.normBias ? [] : ['bias-free norms']),
    ...(trunk.bias ? ['convolutions with bias'] : []),
    ...(trunk.thinLatent ? ['thinned as PIP has it'] : []),
    ...(family === 'promptir' ? [`prompts of ${config.promptChannels.join(',')} channels`] : []),
  ];
  return [
    `dim ${dim}, blocks ${blocks.join(',')} + ${refinement}, heads ${heads.join(',')}, expansion ${expansion}`,
    ...variants,
  ].join(', ');
}

/**
 * Draws skip connections as ladders, one per U-Net, with full resolution at the top and the modules
 * on them:
 *
 * ```text
 * level 1  1/1  ├─ 48 ch ─────────(PIP)──────── concat ┤    encoder_add
 * level 2  1/2    ├─ 96 ch ─────(PIP)──── concat ┤          encoder_add_1
 * ```
 */
export function drawLadder(sites: Inspection['sites'], grafted: readonly number[]): string {
  return laddersOf(sites)
    .map((ladder) => drawOne(ladder, grafted))
    .join('\n\n');
}

function drawOne(sorted: Inspection['sites'], grafted: readonly number[]): string {
  const rungs = sorted.map(({ level, scale, channels, join }, index) => {
    const line = '─'.repeat(4 + 2 * (sorted.length - 1 - index));
    const module = grafted.includes(level) ? '(PIP)' : '─────';
    const rung = `${'  '.repeat(index)}├─ ${channels} ch ${line}${module}${line} ${join} ┤`;
    return `level ${level}  1/${String(scale).padEnd(3)} ${rung}`;
  });
  const width = Math.max(...rungs.map((rung) => rung.length));
  return rungs
    .map((rung, index) => `${rung.padEnd(width)}  ${oneLine(sorted[index]!.value)}`)
    .join('\n');
}

/** Returns the results of an inspection as names and texts for people. */
export function inspectionFacts(found: Inspection): string[][] {
  const value = ({ name, dataType, dims }: Inspection['inputs'][number]): string =>
    `${name} ${dataType ?? '?'} (${dims?.map((dim) => dim ?? '?').join(', ') ?? '?'})`;
  const values = found.values ? valuesText(found.values) : undefined;
  const facts = [
    ['family', `${found.family} (confidence ${found.confidence.toFixed(2)})`],
    [
      'format',
      `opset ${found.opset ?? '?'}, IR version ${found.irVersion}, written by ${[found.producer.name, found.producer.version].filter(Boolean).join(' ') || 'unknown'}`,
    ],
    [
      'size',
      `${found.nodes.toLocaleString('en-US')} nodes, ${found.parameters.toLocaleString('en-US')} parameters`,
    ],
    ['inputs', found.inputs.map(value).join('; ')],
    ['outputs', found.outputs.map(value).join('; ')],
    ['images', imagesText(found)],
    ...(values ? [['values', values]] : []),
    ...Object.entries(found.feeds).map(([name, value]) => ['fed', `${name}=${value}`]),
  ];
  const { graft } = found;
  if (graft) {
    const inputs = graft.inputs
      ? `inputs ${graft.inputs.degradation}, ${graft.inputs.strength}`
      : `degradation fixed to ${bakedText(graft)}`;
    const sensor = graft.auto
      ? `, ${graft.auto.trained ? '' : 'UNTRAINED '}sensor '${graft.auto.name}' finds it where none is given: output ${graft.auto.output}`
      : '';
    const adapters = graft.adapters.map(
      ({ name, trained, mode, attach, labels }) =>
        `${trained ? '' : 'UNTRAINED '}adapter '${name}', ${mode}, ${attach}, labels ${labels.join(', ')}`,
    );
    facts.push([
      'graft',
      `${adapters.join('; ')}, level ${graft.levels.join(', ')}, ${inputs}${sensor}`,
    ]);
  }
  return facts;
}

/** The sizes of images; which tensors they are, if there are others beside them. */
function imagesText(found: Inspection): string {
  const { image, graft, inputs, outputs } = found;
  if (!image) return 'none: no input is an image';
  const ofGraft = [graft?.inputs?.degradation, graft?.inputs?.strength, graft?.auto?.output];
  const others = [...inputs, ...outputs].filter(({ name }) => !ofGraft.includes(name)).length > 2;
  const tensors = `from ${image.input} to ${image.output ?? 'no output'}, `;
  return `${others ? tensors : ''}${sizesText(found)}`;
}

function sizesText({ image, size: { height, width }, sizeMultiple }: Inspection): string {
  if (height !== null && width !== null)
    return `of ${width}x${height} only (width x height), which the file fixes; larger ones are restored in tiles`;
  const isShown = image?.output != null;
  if (height === null && width === null && !isShown) return 'of sizes that the graph does not show';
  const multiple = sizeMultiple === 1 ? 'of any size' : `multiples of ${sizeMultiple}`;
  if (height !== null) return `of height ${height}, which the file fixes, width ${multiple}`;
  if (width !== null) return `of width ${width}, which the file fixes, height ${multiple}`;
  return sizeMultiple === 1 ? 'of any size' : `with height and width multiples of ${sizeMultiple}`;
}

/** Undefined if the graph does not show the range: a run on a small image then determines it. */
function valuesText({ input, output }: ImageValues): string | undefined {
  const side = ({ range, order }: ImageSide): string | undefined =>
    range === null && order === 'rgb'
      ? undefined
      : `${range ?? 'range not shown by the graph'}${order === 'bgr' ? ', BGR' : ''}`;
  const [from, to] = [side(input), side(output)];
  if (from === to) return from;
  return `in ${from ?? 'not shown by the graph'}, out ${to ?? 'not shown by the graph'}`;
}

function bakedText({ baked, labels }: NonNullable<Inspection['graft']>): string {
  const { weights = [], strength = 1 } = baked ?? {};
  const parts = labels.flatMap((label, at) =>
    weights[at] ? [weights[at] === 1 ? label : `${label}=${weights[at]}`] : [],
  );
  return `${parts.join(', ')}${strength === 1 ? '' : `, strength ${strength}`}`;
}

/** Formats an inspection as text for people. */
export function formatInspection(path: string, found: Inspection): string {
  const lines = [path, table(inspectionFacts(found)), ''];
  if (found.sites.length > 0) lines.push(drawLadder(found.sites, found.graft?.levels ?? []), '');
  const reasons = groupReasons(found.rejected);
  if (reasons.length > 0) {
    lines.push('Rejected candidates (--json lists each):', table(reasons));
  }
  for (const warning of found.warnings) lines.push(`warning: ${oneLine(warning)}`);
  if (found.expected) lines.push('', formatExpected(found.expected));
  return lines.join('\n').trimEnd();
}

/** Returns each reason, without its place, with its number of values and the first of them. */
function groupReasons(rejected: Inspection['rejected']): (string | number)[][] {
  const groups = new Map<string, { count: number; first: string }>();
  for (const { value, reason } of rejected) {
    const kind = reason.replace(/ \([^()]*\)$/, '');
    const group = groups.get(kind) ?? { count: 0, first: value };
    group.count++;
    groups.set(kind, group);
  }
  return [...groups].map(([kind, { count, first }]) => [
    count,
    kind,
    `${first}${count > 1 ? ', …' : ''}`,
  ]);
}

/**
 * Formats where a model's nodes are expected to run, as text for people; it never claims that
 * anything ran.
 */
export function formatExpected({
  basis,
  opset,
  counts,
  copies,
  none,
  servedAt,
}: Expectation): string {
  const rows: [number, string][] = [
    [counts.kernel, 'nodes have a kernel'],
    [counts.none, 'have none and run on the CPU'],
    [counts.follows, 'have one, but follow such a node and stay on the CPU with it'],
    [counts.shapes, 'are arithmetic on shapes, which stays on the CPU by design'],
    [counts.folded, 'are worked out when the file is opened'],
    [counts.unjudged, "call the file's own functions or hold graphs, which were not examined"],
    [copies, 'values are copied between CPU and device in each run'],
  ];
  return [
    `CUDA, expected from onnxruntime's published kernel list (${basis.version}; newer releases may have more), nothing was run:`,
    table(rows.filter(([count], row) => count > 0 || row < 2 || row === rows.length - 1)),
    ...(none.length === 0 ? [] : ['Without a kernel (--json lists each):', table(reasons(none))]),
    ...(none.length === 0 ? [] : [served(opset, servedAt)]),
  ].join('\n');
}

function served(opset: number, servedAt: number | null): string {
  return servedAt === null
    ? `No operator set has kernels for every node; the file has ${opset}.`
    : `At operator set ${servedAt} every node would have a kernel; the file has ${opset}: export it at ${servedAt}.`;
}

/** Returns each reason with its number of nodes and the first of them. */
function reasons(none: Expectation['none']): (string | number)[][] {
  const groups = new Map<string, { count: number; first: string }>();
  for (const { node, reason } of none) {
    const group = groups.get(reason) ?? { count: 0, first: node };
    group.count++;
    groups.set(reason, group);
  }
  return [...groups].map(([reason, { count, first }]) => [
    count,
    reason,
    `${first}${count > 1 ? ', …' : ''}`,
  ]);
}
