import type { Fragment, ValueSpec } from '../author/spec.ts';
import { GraftError } from '../error.ts';
import type { Model } from '../model/model.ts';
import { readLater, sameData } from '../model/read-later.ts';
import { encodeBareOutput, encodeNode, encodeTensor, encodeValueInfo } from './encode.ts';
import { type Edit, rewrite } from './rewrite.ts';

/** What {@link extendGraph} adds after the nodes of a graph. */
export interface Extension {
  readonly fragment: Fragment;
  /** Graph inputs to add. */
  readonly inputs?: readonly ValueSpec[];
  /** The graph's new outputs; by default they stay. */
  readonly outputs?: readonly ValueSpec[];
  /** Initializers to turn into inputs without a default, to be fed from now on. */
  readonly fed?: readonly string[];
}

/**
 * A model with nodes after its own, other outputs, and initializers turned into inputs. All other
 * records keep their bytes.
 *
 * Errors: `INVALID_ARGUMENT` if a name in `fed` is not an initializer.
 *
 * @example
 * const g = new GraphBuilder({ opset: 17, taken: new NameScope(model) });
 * const doubled = ops.mul(g, 'output', g.scalar(2, 'float32'));
 * extendGraph(model, { fragment: g.fragment(), outputs: [{ name: doubled, dataType: 'float32', dims: [1] }] });
 */
export function extendGraph(model: Model, extension: Extension): Model {
  const { graph, source } = model;
  const { fragment, inputs = [], outputs, fed = [] } = extension;
  const parents = [graph.field];
  const drop = ({ start, end }: { readonly start: number; readonly end: number }): Edit => ({
    start,
    end,
    parents,
    pieces: [],
  });
  const added = [...inputs];
  const edits: Edit[] = [];
  for (const name of fed) {
    const tensor = graph.initializers.find((candidate) => candidate.name === name);
    if (!tensor?.dataType)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${source.label}: '${name}' is not an initializer, so it cannot become an input.`,
      );
    edits.push(drop(tensor.field));
    // Files of old IR versions already list initializers as inputs.
    if (graph.inputs.some((input) => input.name === name)) continue;
    added.push({ name, dataType: tensor.dataType, dims: tensor.dims });
  }
  if (outputs) edits.push(...graph.outputs.map(({ field }) => drop(field)));
  const { end } = graph.field;
  edits.push({
    start: end,
    end,
    parents,
    pieces: [
      ...fragment.nodes.map(encodeNode),
      ...fragment.initializers.flatMap(encodeTensor),
      ...added.map((value) => encodeValueInfo(value, 'input')),
      ...(outputs ?? []).map((value) => encodeValueInfo(value, 'output')),
      ...(fragment.values ?? []).map((value) => encodeValueInfo(value, 'valueInfo')),
    ],
  });
  edits.sort((a, b) => a.start - b.start);
  // Initializers that become inputs may be the only ones in their file.
  const data = fed.length > 0 ? { external: model.external } : sameData(model);
  return readLater(rewrite(model, edits), data);
}

/**
 * A model with inner values as additional outputs; the runtime infers their types.
 *
 * @example
 * exposeValues(model, ['/encoder/Add_output_0']);
 */
export function exposeValues(model: Model, names: readonly string[]): Model {
  const { graph } = model;
  const present = new Set(graph.outputs.map((output) => output.name));
  const pieces = names.filter((name) => !present.has(name)).map(encodeBareOutput);
  const end = graph.field.end;
  return readLater(
    rewrite(model, [{ start: end, end, pieces, parents: [graph.field] }]),
    sameData(model),
  );
}
