// Small networks with seeded weights, and the adapter each gets. `replace` is the paper's form: its
// modules act at once, so that pictures differ. The default, `residual`, starts as the identity.
export const backbones = [
  { preset: 'nafnet-small', seed: 1, adapter: { name: 'quickstart', attach: 'replace', seed: 1 } },
  {
    preset: 'restormer-small',
    seed: 2,
    adapter: { name: 'quickstart', attach: 'replace', seed: 2 },
  },
  {
    preset: 'promptir-small',
    seed: 3,
    adapter: { name: 'quickstart', attach: 'replace', seed: 3 },
  },
];
