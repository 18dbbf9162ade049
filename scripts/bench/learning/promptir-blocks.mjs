import { freshAdapter } from '../../../packages/graft/dist/index.js';
import {
  extendGraph,
  GraphBuilder,
  NameScope,
  ops,
} from '../../../packages/onnx-graft/dist/index.js';
import { readGraft } from '../../../packages/pip-core/dist/index.js';
import { graftFed } from '../../../packages/train/dist/graph/training-graph.js';
import { kaimingUniform, Random } from '../../../packages/weights/dist/index.js';
import { present } from '../../present.mjs';
import { rewire } from './rewire.mjs';

/** Prompts that each block chooses from: as many as PromptIR has, and as there are labels. */
const components = 5;

/** With these prompt channels, there are 2 % more parameters than in PIP with its own. */
const promptChannels = [8, 8, 16];

/**
 * PromptIR-style blocks on the same skip connections: a prompt is mixed from learned components by a
 * softmax over the feature's means, resized, convolved, and joined with the feature in a transformer
 * block. No label. The rest is PIP's mode `promptir`, which does this.
 */
export function withPromptirBlocks(host, seed) {
  const adapter = freshAdapter(host, { mode: 'promptir', promptChannels, seed });
  const fed = graftFed(host, adapter);
  const joined = fed.parameters.filter((name) => !name.includes('.prompt.'));
  const tensors = new Map(joined.map((name) => [name, present(adapter.tensors.get(name), name)]));
  const taken = new NameScope(fed.model);
  const random = new Random(`promptir/${seed}`);
  const { sites } = present(readGraft(fed.model), 'the graft');
  const changes = sites.map(({ level, value, modules: [{ values }] }) => {
    const config = adapter.config.levels.find((each) => each.level === level);
    const { channels: C, promptChannels: c, promptSize: s } = present(config, `level ${level}`);
    const own = random.fork(String(level));
    const parameter = (name, tensor) => {
      const full = `level${level}.promptir.${name}`;
      tensors.set(full, tensor);
      return full;
    };
    const weights = parameter('linear.weight', kaimingUniform([components, C], own));
    const bias = parameter('linear.bias', kaimingUniform([components], own, C));
    const size = [components, c, s, s];
    const data = Float32Array.from({ length: components * c * s * s }, () => own.uniform());
    const prompts = parameter('prompt_param', { dims: size, data });
    const conv = parameter('conv3x3.weight', kaimingUniform([c, c, 3, 3], own));
    const g = new GraphBuilder({
      opset: present(fed.model.opsets.get(''), 'the opset'),
      prefix: `promptir${level}`,
      taken,
    });
    const means = ops.reduceMean(g, value, [2, 3], { keepDims: false });
    const logits = g.node('Gemm', [means, weights, bias], { transB: { int: 1 } })[0];
    const rows = ops.reshape(g, prompts, [components, c * s * s]);
    const mixed = ops.matmul(g, ops.softmax(g, logits), rows);
    const grown = ops.resizeTo(g, ops.reshape(g, mixed, [0, c, s, s]), ops.spatialSize(g, value));
    const to = ops.conv(g, grown, conv, { kernel: [3, 3], pads: [1, 1, 1, 1] });
    return { fragment: g.fragment(), value: values.universalPrompt, to };
  });
  const inputs = [...tensors]
    .filter(([name]) => !joined.includes(name))
    .map(([name, { dims }]) => ({ name, dataType: /** @type {const} */ ('float32'), dims }));
  const model = rewire(
    extendGraph(fed.model, { fragment: { nodes: [], initializers: [] }, inputs }),
    changes,
  );
  return {
    ...fed,
    model,
    tensors,
    parameters: [...tensors.keys()],
    labels: adapter.config.labels.length,
    unread: new Map([...adapter.tensors].filter(([name]) => name.includes('.prompt.'))),
    angles: undefined,
  };
}
