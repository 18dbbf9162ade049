import { graphFacts, splice } from '../../../packages/onnx-graft/dist/index.js';

/**
 * A model in which what read a value reads what a fragment makes instead.
 *
 * @param changes {fragment, value, to}, one for each value
 * @param inputs that the fragments read and the model has not
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
