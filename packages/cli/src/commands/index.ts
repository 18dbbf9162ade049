import type { Command } from 'commander';

export interface Listed {
  /** Short description for lists of commands; the command's own help says more. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: () => Command }>;
}

/** All commands, each loaded when it is called, so that starting the tool stays fast. */
export const commands: Readonly<Record<string, Listed>> = {
  inspect: {
    summary: 'show a model and its skip connections',
    load: () => import('./inspect.ts'),
  },
  plan: { summary: 'show what a graft would do and cost', load: () => import('./plan.ts') },
  apply: { summary: 'graft adapters onto a host', load: () => import('./apply.ts') },
  swap: { summary: 'replace the adapters of a graft', load: () => import('./swap.ts') },
  remove: { summary: 'remove a graft', load: () => import('./remove.ts') },
  check: { summary: 'check a model file without running it', load: () => import('./check.ts') },
  diff: { summary: 'compare two model files', load: () => import('./diff.ts') },
  validate: { summary: 'check a grafted model by running it', load: () => import('./validate.ts') },
  restore: { summary: 'restore images', load: () => import('./restore.ts') },
  studio: { summary: 'restore images by hand, in a page', load: () => import('./studio.ts') },
  eval: { summary: 'measure PSNR and SSIM', load: () => import('./eval.ts') },
  convert: { summary: 'run the jobs of a graft.config.json', load: () => import('./convert.ts') },
  'merge-reports': {
    summary: 'join what shards of a run wrote',
    load: () => import('./merge-reports.ts'),
  },
  train: { summary: 'train an adapter on a frozen host', load: () => import('./train.ts') },
  'train sensor': {
    summary: 'train a sensor, which finds the degradation of an image',
    load: () => import('./train-sensor.ts'),
  },
  'train preview': {
    summary: 'show the patches that training sees',
    load: () => import('./train-preview.ts'),
  },
  'adapter init': {
    summary: 'make an untrained adapter',
    load: () => import('./adapter-init.ts'),
  },
  'adapter import': {
    summary: 'make an adapter from a PyTorch checkpoint',
    load: () => import('./adapter-import.ts'),
  },
  'adapter info': { summary: 'show an adapter', load: () => import('./adapter-info.ts') },
  'adapter list': { summary: 'list installed adapters', load: () => import('./adapter-list.ts') },
  'adapter pack': {
    summary: 'make an npm package of an adapter',
    load: () => import('./adapter-pack.ts'),
  },
  'adapter push': {
    summary: 'upload an adapter to a model hub',
    load: () => import('./adapter-push.ts'),
  },
  'backbone build': {
    summary: 'build a restoration network',
    load: () => import('./backbone-build.ts'),
  },
  'backbone import': {
    summary: 'make an ONNX file from a PyTorch checkpoint',
    load: () => import('./backbone-import.ts'),
  },
  'backbone list': {
    summary: 'list the networks that can be built',
    load: () => import('./backbone-list.ts'),
  },
  'export triton': {
    summary: 'write a model for a Triton server',
    load: () => import('./export-triton.ts'),
  },
  doctor: { summary: 'show what works on this machine', load: () => import('./doctor.ts') },
  completion: {
    summary: 'print a completion script for a shell',
    load: () => import('./completion.ts'),
  },
};

/** Commands that only group others. */
export const groups: Readonly<Record<string, string>> = {
  adapter: 'make, import, list, pack and push adapters',
  backbone: 'build and import restoration networks as ONNX',
  export: 'write models in the layout of a server',
};
