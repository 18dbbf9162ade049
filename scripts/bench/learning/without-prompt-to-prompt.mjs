import { GraphBuilder, NameScope, ops } from '../../../packages/onnx-graft/dist/index.js';
import { parameterName, readGraft } from '../../../packages/pip-core/dist/index.js';
import { present } from '../../present.mjs';
import { rewire } from './rewire.mjs';

/**
 * PIP whose prompts do not interact: the prompt is the sum of the basic prompt and the semantic map.
 * Without the interaction, nothing else would bring label and image into it.
 */
export function withoutPromptToPrompt(learner) {
  const { model, parameters, tensors } = learner;
  const taken = new NameScope(model);
  const { sites } = present(readGraft(model), 'the graft');
  const changes = sites.map(({ level, modules: [{ values }] }) => {
    const g = new GraphBuilder({ opset: model.opsets.get(''), prefix: `sum${level}`, taken });
    const to = ops.add(g, values.semanticMap, parameterName(level, 'prompt.low_prompt_param'));
    return { fragment: g.fragment(), value: values.prompt, to };
  });
  const isLeft = (name) => !name.includes('.prompt.LGM.');
  return {
    ...learner,
    model: rewire(model, changes),
    parameters: parameters.filter(isLeft),
    tensors: new Map([...tensors].filter(([name]) => isLeft(name))),
    unread: new Map([...tensors].filter(([name]) => !isLeft(name))),
  };
}
