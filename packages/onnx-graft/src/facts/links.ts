import type { Use } from '../edit/splice.ts';
import type { Model } from '../model/model.ts';
import { capturesOf } from '../model/sort-nodes.ts';

/** A use of a value in the main graph. */
export interface ValueUse extends Use {
  /** Whether the body of an If, Loop or Scan reads it, not an input; `input` is then -1. */
  readonly captured: boolean;
}

/** Makers and readers of each value of the main graph. */
export interface Links {
  readonly producers: ReadonlyMap<string, number>;
  readonly usesByValue: ReadonlyMap<string, readonly ValueUse[]>;
  /** Outer values that the bodies of a control-flow node read, by the node's index. */
  readonly captures: ReadonlyMap<number, ReadonlySet<string>>;
  readonly outputs: ReadonlySet<string>;
}

/** Collects producers and uses, captures of control-flow bodies included. */
export function linksOf(model: Model): Links {
  const producers = new Map<string, number>();
  const usesByValue = new Map<string, ValueUse[]>();
  const captures = new Map<number, ReadonlySet<string>>();
  const add = (value: string, use: ValueUse): void => {
    if (value === '') return;
    const list = usesByValue.get(value);
    if (list === undefined) usesByValue.set(value, [use]);
    else list.push(use);
  };
  model.graph.nodes.forEach((node, at) => {
    node.inputs.forEach((value, input) => {
      add(value, { node: at, input, captured: false });
    });
    if (node.subgraphs.length > 0) {
      const outer = capturesOf(node);
      captures.set(at, outer);
      for (const value of outer) add(value, { node: at, input: -1, captured: true });
    }
    for (const value of node.outputs) if (value !== '') producers.set(value, at);
  });
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  return { producers, usesByValue, captures, outputs };
}
