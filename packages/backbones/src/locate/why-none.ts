import type { GraphFacts, Model, Node, RejectedSite } from '@pip-graft/onnx-graft';
import { isLayer } from '../recognise/nodes-behind.ts';
import { isJoin } from './join.ts';
import type { LocatedImage } from './located.ts';
import { unknownShapes } from './trail.ts';

/** Reasons for the lack of skip connections, besides those of the candidates. */
export function whyNone(
  facts: GraphFacts,
  { input, layout, output }: LocatedImage,
  hasCandidates: boolean,
): RejectedSite[] {
  const unknown = unknownShapes(facts);
  if (unknown.length > 0) return unknown;
  if (output === undefined)
    return [{ value: input, reason: 'no output of the model is an image made of it' }];
  if (hasCandidates) return [];
  const last =
    layout === 'NHWC' ? ' (its channels come last; NCHW is what most exporters write)' : '';
  return [
    {
      value: input,
      reason: `the image of the model${last}: nothing made of it goes down to a lower resolution, comes up and meets what it left there`,
    },
  ];
}

/** Number of nodes to name. */
const named = 3;

/** Nodes with a body, or calls of the model's own functions, that hold layers and joins. */
export function networksInside({ graph, functions }: Model): RejectedSite[] {
  const keyOf = ({ domain, opType }: Node): string => `${domain}:${opType}`;
  const bodies = new Map(functions.map((body) => [`${body.domain}:${body.name}`, body.nodes]));
  const partsOf = (node: Node): readonly Node[] => {
    const open = [node];
    const seen = new Set<string>();
    const parts: Node[] = [];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const inner = next.subgraphs.flatMap(({ nodes }) => nodes);
      const key = keyOf(next);
      // A function counts once: functions that call functions grow exponentially.
      const body = seen.has(key) ? [] : (bodies.get(key) ?? []);
      seen.add(key);
      for (const part of [...inner, ...body]) {
        parts.push(part);
        open.push(part);
      }
    }
    return parts;
  };
  return graph.nodes
    .filter((node) => node.subgraphs.length > 0 || bodies.has(keyOf(node)))
    .filter((node) => {
      const parts = partsOf(node);
      return parts.some(isLayer) && parts.some(isJoin);
    })
    .slice(0, named)
    .map((node) => {
      const value = node.outputs.find((output) => output !== '') ?? '';
      const name = node.name === '' ? '' : ` '${node.name}'`;
      const reason =
        node.subgraphs.length > 0
          ? `layers of the network are in a body of node${name} (${node.opType}), and only the main graph can be grafted; export the model without control flow, by tracing instead of scripting`
          : `layers of the network are in the model's function '${keyOf(node)}', and only the main graph can be grafted; inline its functions, with \`onnx.inliner.inline_local_functions\``;
      return { value, reason };
    });
}
