// Three small networks of the published shapes, with seeded weights, and the adapter each gets.
// `replace` is the paper's form: its modules act at once, so that the pictures differ. The default,
// `residual`, starts as the identity and would show nothing before training.
export const backbones = [
  { family: 'nafnet', options: { width: 16, seed: 1 }, adapter: { attach: 'replace', seed: 1 } },
  { family: 'restormer', options: { dim: 16, blocks: [1, 2, 2, 2], refinement: 1, seed: 2 }, adapter: { attach: 'replace', seed: 2 } },
  { family: 'promptir', options: { dim: 16, blocks: [1, 1, 1, 2], refinement: 1, seed: 3 }, adapter: { attach: 'replace', seed: 3 } },
];
