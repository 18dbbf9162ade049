import { GraftError } from '@pip-graft/onnx-graft';
import {
  checkRestormerConfig,
  type RestormerConfig,
  restormerDefaults,
} from './restormer-config.ts';

/** Sizes of a PromptIR (docs/notes/backbones.md section 3). Lists are for levels 1, 2 and 3. */
export interface PromptirConfig {
  readonly trunk: RestormerConfig;
  /** Number of prompts that a level mixes. */
  readonly prompts: number;
  readonly promptChannels: readonly [number, number, number];
  readonly promptSizes: readonly [number, number, number];
}

/** The published network: 35,592,263 parameters. */
export const promptirDefaults: PromptirConfig = {
  trunk: restormerDefaults,
  prompts: 5,
  promptChannels: [64, 128, 320],
  promptSizes: [64, 32, 16],
};

/** Heads of the blocks that join a prompt with a feature. */
export const promptHeads = 4;

/** Rejects impossible sizes: `INVALID_ARGUMENT`. */
export function checkPromptirConfig(config: PromptirConfig): void {
  const { trunk, prompts, promptChannels, promptSizes } = config;
  checkRestormerConfig('promptir', trunk);
  const fail = (what: string) => {
    throw new GraftError('INVALID_ARGUMENT', `promptir: ${what}`);
  };
  if (trunk.dualPixel) fail('there is no dual-pixel variant.');
  if ([prompts, ...promptChannels, ...promptSizes].some((n) => !Number.isInteger(n) || n < 1)) {
    fail('prompts, their channels and sizes must be whole numbers above zero.');
  }
  promptChannels.forEach((channels, index) => {
    const joined = trunk.dim * 2 ** (index + 1) + channels;
    if (joined % promptHeads !== 0) {
      fail(
        `level ${index + 1} joins ${joined} channels, which ${promptHeads} heads do not divide.`,
      );
    }
  });
}
