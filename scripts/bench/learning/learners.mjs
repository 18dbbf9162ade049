// The learners to compare: each a model with fed parameters, as from graftFed, and its steering.
import { freshAdapter } from '../../../packages/graft/dist/index.js';
import { mainImage } from '../../../packages/onnx-graft/dist/index.js';
import {
  graftFed,
  hostParameters,
  readParameters,
} from '../../../packages/train/dist/graph/training-graph.js';
import { present } from '../../present.mjs';
import { withPromptirBlocks } from './promptir-blocks.mjs';
import { withoutPromptToPrompt } from './without-prompt-to-prompt.mjs';

/**
 * The paper's form, which gets the label. Prompts are wider than this project's default for NAFNet,
 * because PromptIR-style blocks, which are never small, should have as many parameters.
 */
const promptChannels = [16, 32, 48];
const pip = (host, seed, choices = {}) => {
  const adapter = freshAdapter(host, { mode: 'pip_cross_topm', promptChannels, seed, ...choices });
  const fed = graftFed(host, adapter);
  const tensors = new Map(
    fed.parameters.map((name) => [name, present(adapter.tensors.get(name), name)]),
  );
  return { ...fed, labels: adapter.config.labels.length, tensors };
};

/** All labels equal: the prompt says nothing about the degradation. */
const alike = (row) => row.map(() => 1 / row.length);

export const learners = {
  pip: { title: 'PIP', make: pip },
  'no-degradation-prompt': {
    title: 'PIP without degradation-aware prompt (all labels weigh the same)',
    make: pip,
    steer: alike,
  },
  'no-basic-prompt': {
    title: 'PIP without basic prompt (zero, not learned)',
    make(host, seed) {
      const learner = pip(host, seed);
      const still = new Set(
        learner.parameters.filter((name) => name.endsWith('.prompt.low_prompt_param')),
      );
      for (const name of still) present(learner.tensors.get(name), name).data.fill(0);
      return { ...learner, still };
    },
  },
  'no-prompt-to-prompt': {
    title: 'PIP without prompt-to-prompt (basic prompt plus semantic map)',
    make: (host, seed) => withoutPromptToPrompt(pip(host, seed)),
  },
  'no-top-m': {
    title: 'PIP without top-m selection (`pip_cross`)',
    make: (host, seed) => pip(host, seed, { mode: 'pip_cross' }),
  },
  promptir: {
    title: 'Prompt blocks in the manner of PromptIR (no label)',
    make: (host, seed) => withPromptirBlocks(host, seed),
  },
  host: {
    title: 'All of the host trained on, without prompts',
    make(host) {
      const own = hostParameters(host, 'all');
      const tensors = readParameters(host, own);
      const [model, image] = [host.model, mainImage(host.model)];
      return { model, image, parameters: [...tensors.keys()], steering: null, tensors };
    },
  },
};
