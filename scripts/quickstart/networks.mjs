// The networks to graft: the small trained one that ships, and one of each other family with random
// weights. `replace` is the paper's form: its modules act at once, so that images differ. The
// default, `residual`, starts as the identity.
export const networks = [
  {
    name: 'unet-medium',
    host: 'packages/backbone-unet/model.onnx',
    adapter: 'packages/adapter-unet',
  },
  { name: 'restormer-small', seed: 2, adapter: { name: 'quickstart', attach: 'replace', seed: 2 } },
  { name: 'promptir-small', seed: 3, adapter: { name: 'quickstart', attach: 'replace', seed: 3 } },
];
