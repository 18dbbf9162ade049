import type { Node, Tensor } from '../model/model.ts';
import type { Shaped } from './shaped.ts';

/** One node to infer: its attributes with defaults, and what is known of its inputs. */
export class Call {
  readonly node: Node;
  /** Version of the node's operator set. */
  readonly opset: number;
  readonly inputs: readonly (Shaped | undefined)[];
  /** Rows of the image divided by its columns. */
  readonly aspect: number | undefined;
  /** Filled by rules whose inputs contradict each other. */
  readonly conflicts: Conflict[];

  readonly #constants: (tensor: Tensor) => Shaped;

  constructor(
    node: Node,
    opset: number,
    inputs: readonly (Shaped | undefined)[],
    constants: (tensor: Tensor) => Shaped,
    aspect?: number,
    conflicts: Conflict[] = [],
  ) {
    this.node = node;
    this.opset = opset;
    this.inputs = inputs;
    this.aspect = aspect;
    this.conflicts = conflicts;
    this.#constants = constants;
  }

  /** A tensor in an attribute. */
  tensor(name: string): Shaped | undefined {
    const tensor = this.node.attributes.get(name)?.tensor;
    return tensor && this.#constants(tensor);
  }

  int(name: string, otherwise: number): number {
    return this.node.attributes.get(name)?.int ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.node.attributes.get(name)?.ints;
  }

  string(name: string, otherwise: string): string {
    return this.node.attributes.get(name)?.string ?? otherwise;
  }

  /** Integers that are an attribute in older operator sets and an input in newer ones. */
  intsOrInput(name: string, input: number): readonly number[] | undefined {
    return this.ints(name) ?? this.inputs[input]?.content;
  }

  /** Whether an optional input is present, known or not. */
  has(input: number): boolean {
    return (this.node.inputs[input] ?? '') !== '';
  }

  /** Records a conflict of two sizes that must agree. */
  clash(first: number, second: number, what: string): void {
    this.conflicts.push({ node: this.node.index, sizes: [first, second], what });
  }
}

/** Two sizes of a node that must agree and do not: the input sizes do not suit the model. */
export interface Conflict {
  readonly node: number;
  readonly sizes: readonly [number, number];
  readonly what: string;
}

/** Effect of one operator on shapes, axes and small contents: the first output, or all of them. */
export type Rule = (call: Call) => Shaped | undefined | (Shaped | undefined)[];

/** Rules by operator type. */
export type RuleTable = Readonly<Record<string, Rule>>;
