import { graphFacts, splice } from '../../../packages/onnx-graft/dist/index.js';

/** @import { Fragment, Model, ValueSpec } from '../../../packages/onnx-graft/dist/index.js' */

/**
 * A model in which the readers of a value read a fragment's output instead.
 *
 * @param {Model} model
 * @param {readonly { fragment: Fragment, value: string, to: string }[]} changes one per value
 * @param {readonly ValueSpec[]} inputs that the fragments read and the model does not have
 */
export function rewire(model, changes, inputs = []) {
  const facts = graphFacts(model);
  return splice(model, 'learning', {
    fragments: changes.map(({ fragment, value, to }) => ({
      fragment,
      redirects: [
        { value, to, uses: facts.uses(value).map(({ node, input }) => ({ node, input })) },
      ],
    })),
    inputs: inputs.map((value) => ({ value })),
    stamp: () => ({ key: 'learning', value: '' }),
  });
}
