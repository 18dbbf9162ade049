import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Backbone, buildBackbone } from '@pip-graft/backbones';
import type { Model } from '@pip-graft/onnx-graft';
import type { Adapter } from '@pip-graft/pip-core';
import { readAdapter } from '@pip-graft/pip-core/node';
import { readSafetensors, type TensorMap } from '@pip-graft/weights';

/**
 * The settings of PyTorch's training run, written by `pytorch-reference/make_training_goldens.py`.
 */
export interface GoldenRun {
  readonly steps: number;
  readonly batch: number;
  readonly patch: number;
  readonly labels: number;
  readonly peak: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly maxNorm: number;
  /** Where smooth L1 changes from quadratic to linear. */
  readonly beta: number;
  readonly angleWeight: number;
}

/** A step in PyTorch's float32; the norm is that of the gradient before clipping. */
export interface GoldenStep {
  readonly loss: number;
  readonly smooth_l1: number;
  readonly rate: number;
  readonly norm: number;
  /** The loss of the same run in float64. */
  readonly exact_loss: number;
}

/** A case: the host, the adapter before and after training, and the steps between. */
export interface TrainingGolden {
  readonly host: Model;
  readonly adapter: Adapter;
  readonly trained: TensorMap;
  readonly run: GoldenRun;
  readonly steps: readonly GoldenStep[];
}

/**
 * The cases written by the reference. Like older adapters, three have configs that name no gate:
 * a residual one's gate is for all labels; the fourth's has a row for each.
 */
export const trainingGoldens = [
  'nafnet-convgate-residual',
  'nafnet-convgate-replace',
  'nafnet-convgate-label',
  'restormer-topm-replace',
] as const;

const folder = join(import.meta.dirname, 'goldens');

/** Reads a case and builds the host from its weights. */
export function trainingGolden(name: (typeof trainingGoldens)[number]): TrainingGolden {
  const tensors = (file: string) =>
    readSafetensors(readFileSync(join(folder, `${name}.${file}.safetensors`))).tensors;
  const record = JSON.parse(readFileSync(join(folder, `${name}.losses.json`), 'utf8')) as {
    readonly backbone: Backbone;
    readonly run: GoldenRun;
    readonly steps: readonly GoldenStep[];
  };
  return {
    host: buildBackbone(record.backbone, tensors('host')),
    adapter: readAdapter(join(folder, `${name}.adapter`)),
    trained: tensors('trained'),
    run: record.run,
    steps: record.steps,
  };
}

/** A batch: images (B,3,patch,patch), and a row of label weights (B,T) for each. */
export interface GoldenBatch {
  readonly input: Float32Array;
  readonly target: Float32Array;
  readonly weights: readonly (readonly number[])[];
}

/** The batch of a step, counted from 0, by the formula in the reference. */
export function goldenBatch({ batch, patch, labels }: GoldenRun, step: number): GoldenBatch {
  const input = new Float32Array(batch * 3 * patch * patch);
  const target = new Float32Array(input.length);
  for (let index = 0; index < input.length; index++) {
    const x = index % patch;
    const y = Math.floor(index / patch) % patch;
    const c = Math.floor(index / patch ** 2) % 3;
    const b = Math.floor(index / patch ** 2 / 3);
    const wave = Math.sin(0.37 * x + 0.23 * (b + 1) * (step + 1) + 0.9 * c);
    const clean = 0.5 + 0.4 * wave * Math.cos(0.29 * y - 0.11 * step);
    const noise = Math.sin(12.9898 * x + 78.233 * y + 3.1 * c + 0.7 * b + 0.3 * step);
    target[index] = clean;
    input[index] = Math.min(1, Math.max(0, clean + 0.1 * noise));
  }
  const weights = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: labels }, (_, label) => ((b + step) % labels === label ? 1 : 0)),
  );
  return { input, target, weights };
}
